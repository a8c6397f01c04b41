"""One's own data, erasing, retention, acts of erasure."""
