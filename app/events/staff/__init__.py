"""Who helps with one event, and the door links."""
