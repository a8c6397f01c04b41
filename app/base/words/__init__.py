"""Texts, names and codes as they are typed, compared and packed."""
