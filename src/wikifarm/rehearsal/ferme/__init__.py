"""The ferme extension: wikis are made, listed and removed."""
