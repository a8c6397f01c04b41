"""Municipalities, organizations, and who acts for them."""
