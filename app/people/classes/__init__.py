"""School classes and their pupils."""
