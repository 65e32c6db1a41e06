"""Capture: a wiki as it was read, turned into a blueprint in files.

What is copied is named, by kind and by field; nothing is copied because it does not look personal.
"""
