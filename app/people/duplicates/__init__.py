"""Persons who may be one and the same."""
