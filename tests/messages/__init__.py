"""Messages to the people of an event."""
