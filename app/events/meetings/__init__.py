"""The meetings of a course, as its organizer sets them."""
