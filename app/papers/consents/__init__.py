"""Consents on paper: printed for a class, entered, withdrawn."""
