"""The command `wikifarm`: answers `--version` at once, everything else through `cli.main`."""

from __future__ import annotations

# What `signal` is made of, without its enumerations: they cost a millisecond.
import _signal  # type: ignore[import-not-found]
import sys

# Nothing is begun: Ctrl-C ends at once, without a traceback, until `run` sees to an orderly end.
_signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def main() -> None:
    """Runs the command line of this process and ends it with its exit status."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from wikifarm import __version__

        sys.stdout.write(f"wikifarm {__version__}\n")
        sys.exit(0)
    from wikifarm.cli.main import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
