"""Who takes part in an event: seats, the waitlist, tickets."""
