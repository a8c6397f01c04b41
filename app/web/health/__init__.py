"""How the site stands when its neighbours are away or too many come."""
