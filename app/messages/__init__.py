"""Messages of organizers to the people of an event."""
