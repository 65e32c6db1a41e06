"""Manifests, blueprints and Bazar schemas: load, check, compile, render."""
