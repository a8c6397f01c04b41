"""Events without date, to begin new ones from."""
