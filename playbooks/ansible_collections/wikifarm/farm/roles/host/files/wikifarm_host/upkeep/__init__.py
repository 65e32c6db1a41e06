"""What is done to a farm that lives, or asked of it."""
