"""The command line: parse, call an operation, render its answer. No logic."""
