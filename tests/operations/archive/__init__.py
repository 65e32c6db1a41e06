"""Backups, what is restored of them, and sites made of what a community published."""
