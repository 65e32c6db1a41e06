"""Manifests: read from YAML or a spreadsheet, checked, written back."""
