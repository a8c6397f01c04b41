"""Two persons made one with all their registrations, and told apart again."""
