"""What organizers do with registrations: the table, adding, changing slots."""
