"""The filled paper list, typed in by its row numbers."""
