"""The JSON Schemas given to editors accept what is shipped, and know every key of the loaders."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wikifarm.blueprint import blueprint_file, json_schemas
from wikifarm.blueprint.schema import schema_file
from wikifarm.blueprint.shipped import data_folder
from wikifarm.blueprint.sources import Problems, read_yaml

BAZAR = sorted(
    path for path in data_folder("bazar_schemas").glob("*.yml") if path.name != "lists.yml"
)
BLUEPRINTS = sorted(data_folder("templates").glob("*/blueprint.yml"))


def problems(schema: dict[str, Any], path: Any) -> list[str]:
    Draft202012Validator.check_schema(schema)
    document = read_yaml(path, Problems())
    assert document is not None
    return [
        f"{list(one.absolute_path)}: {one.message[:200]}"
        for one in Draft202012Validator(schema).iter_errors(document.value)
    ]


@pytest.mark.parametrize("path", BAZAR, ids=lambda path: path.stem)
def test_shipped_bazar_schemas(path: Any) -> None:
    assert problems(json_schemas.bazar(), path) == []


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.parent.name)
def test_shipped_blueprints(path: Any) -> None:
    assert problems(json_schemas.blueprint(), path) == []


def test_every_key_of_the_loaders_is_known() -> None:
    assert set(json_schemas.bazar()["properties"]) == schema_file._KEYS
    assert set(json_schemas.blueprint()["properties"]) == blueprint_file._KEYS
