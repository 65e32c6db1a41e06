"""The privacy audit and the other looks at a finished wiki."""
