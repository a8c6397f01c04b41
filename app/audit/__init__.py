"""Who did what to which object, when: written once, never changed."""
