"""Applications decided, lots drawn, kept seats released."""
