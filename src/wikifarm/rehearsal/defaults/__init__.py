"""What a new wiki of the rehearsal farm holds: short texts of our own under YesWiki's tags."""
