"""Those who take part: persons, and the consents to keep their data."""
