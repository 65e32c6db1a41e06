"""The code of YesWiki: unpacked beside, then put in service."""
