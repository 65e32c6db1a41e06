"""Copies of wikis: a blueprint captured from one, a community cloned from one."""
