"""Who leaves: what is held of them is removed, and roles who look for them no longer find them."""
