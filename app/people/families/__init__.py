"""Guardians and their children, invitations and codes to join."""
