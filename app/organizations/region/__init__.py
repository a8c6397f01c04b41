"""Municipalities and organizations from a file."""
