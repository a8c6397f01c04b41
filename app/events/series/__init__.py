"""Events under one name."""
