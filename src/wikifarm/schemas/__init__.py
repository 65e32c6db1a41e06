"""JSON Schemas that are files: what `--json` answers."""
