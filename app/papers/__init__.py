"""Papers of an event for many: lists, the hall, trips, consents."""
