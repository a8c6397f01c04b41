"""Consents, and the texts that people agree to."""
