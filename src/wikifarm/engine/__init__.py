"""Plan, step, journal, lock, receipt: pure; no network, no terminal."""
