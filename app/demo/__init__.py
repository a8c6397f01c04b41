"""A believable region for looking around: invented people, real places."""
