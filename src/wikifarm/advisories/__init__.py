"""Public security advisories, and what they say of the version that a wiki or a list host shows."""
