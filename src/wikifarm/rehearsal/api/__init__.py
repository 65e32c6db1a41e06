"""The routes `?api/...`."""
