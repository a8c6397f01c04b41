"""What organizers ask in the sign-up form."""
