"""Bazar schemas: a form with its typed fields, who sees each, and what YesWiki stores of it."""
