"""Doctor: looks at the farm, this computer and the mail."""
