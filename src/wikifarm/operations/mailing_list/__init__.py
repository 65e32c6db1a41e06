"""The mailing lists of communities: ask for them, follow them, keep their subscribers."""
