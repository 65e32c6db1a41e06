"""The report that `--report` writes: of many communities, a page to read, print and pass on."""
