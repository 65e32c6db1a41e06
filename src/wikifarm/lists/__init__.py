"""Mailing lists: one module for each way of reaching a host."""
