"""The measures of the plan: what was promised."""
