"""The farm's data: one SQLite file."""
