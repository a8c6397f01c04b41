"""Lists that the organizer chooses, as PDF and spreadsheet."""
