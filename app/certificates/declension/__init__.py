"""Names in the cases that certificates need."""
