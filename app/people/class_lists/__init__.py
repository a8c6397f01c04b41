"""Class lists from spreadsheets: read, matched, looked at, loaded, undone."""
