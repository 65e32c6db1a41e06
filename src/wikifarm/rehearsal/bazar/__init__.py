"""Bazar: forms, lists and entries."""
