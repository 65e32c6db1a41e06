"""A new version of a blueprint reaches the communities that stand."""
