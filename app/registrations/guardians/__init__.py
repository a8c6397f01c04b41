"""Requests to guardians, and how a consent stands."""
