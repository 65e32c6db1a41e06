"""The people of a community: who is there, what is held of them, who comes in."""
