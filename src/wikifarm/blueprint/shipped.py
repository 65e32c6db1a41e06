"""Where the data of wikifarm lies: the folders of a checkout, or those shipped in the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = _PACKAGE.parent.parent


def data_folder(name: str) -> Path:
    """The folder `name` (`templates`, `bazar_schemas`, `playbooks`).

    A wheel holds them under `wikifarm/data/` (pyproject.toml, force-include); a checkout or an
    editable install holds them at the root of the repository.
    """
    shipped = _PACKAGE / "data" / name
    if shipped.is_dir():
        return shipped
    return _CHECKOUT / name
