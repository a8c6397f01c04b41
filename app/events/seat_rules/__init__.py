"""Who gets a seat: admission, quotas, lots."""
