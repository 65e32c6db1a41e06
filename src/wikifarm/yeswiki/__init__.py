"""The driver: how a program drives YesWiki 4.4, 4.5 and 4.6 over HTTP, one module a thing."""
