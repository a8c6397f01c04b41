"""What holds up those who guess passwords, and not those who are known."""
