"""The actions of the core, which a page holds between braces."""
