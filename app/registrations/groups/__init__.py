"""School classes signed up together."""
