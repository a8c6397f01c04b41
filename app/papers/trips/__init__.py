"""The school's papers of a trip."""
