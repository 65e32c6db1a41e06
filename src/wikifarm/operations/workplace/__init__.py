"""What a run works with: settings, folders, passwords."""
