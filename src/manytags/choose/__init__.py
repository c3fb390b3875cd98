"""Choosing wheels: picking among files for one target."""
