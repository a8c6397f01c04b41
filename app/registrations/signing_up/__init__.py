"""Signing up, cancelling, moving; offers of a freed seat."""
