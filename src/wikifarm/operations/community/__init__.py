"""One community at work: its wiki on the farm, its accounts, what came of it."""
