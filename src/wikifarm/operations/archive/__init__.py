"""Copies of a whole wiki that outlive it: backups, what is restored of them, sites of files."""
