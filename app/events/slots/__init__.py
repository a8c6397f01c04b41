"""Bookable parts of an event: added, changed, called off, many at once."""
