"""Badges, name tents, signs, posters."""
