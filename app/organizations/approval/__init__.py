"""What the ministry decides about organizations: states, changes, warnings."""
