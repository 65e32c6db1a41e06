"""The wikis of a farm: known, installed, configured, migrated, asked whether they answer."""
