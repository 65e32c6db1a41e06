"""What a user asks for, one module a verb: functions that a Python caller can use as they are."""
