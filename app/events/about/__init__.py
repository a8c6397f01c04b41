"""What is said about an event: its details, address and words."""
