"""One request and its answer, and the farm that both belong to."""
