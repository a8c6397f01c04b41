"""Events as visitors find them: search, pages, calendars, feeds."""
