"""Text for people, from the same facts as the JSON."""
