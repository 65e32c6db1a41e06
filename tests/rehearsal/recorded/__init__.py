"""Exchanges with real farms, and the series of questions that gave them."""
