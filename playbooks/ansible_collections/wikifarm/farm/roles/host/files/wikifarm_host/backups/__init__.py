"""Backups of a farm: made, checked, tried, put back."""
