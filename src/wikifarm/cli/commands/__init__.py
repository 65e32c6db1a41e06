"""The commands: parse, call one operation, answer its envelope."""
