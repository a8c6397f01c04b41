"""When and where: meetings, rooms, rhythm, holidays."""
