"""Pages and their text: how it is written, saved and run."""
