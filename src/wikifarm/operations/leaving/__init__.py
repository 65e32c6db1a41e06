"""A community that closes: step by step, and open again."""
