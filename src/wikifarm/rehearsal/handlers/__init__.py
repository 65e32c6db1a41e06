"""What may be asked of a page."""
