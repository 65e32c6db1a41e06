"""wikifarm opens learning communities on YesWiki farms and proves that people stay private."""

__version__ = "0.1.0"
