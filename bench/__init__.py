"""How fast and how light: measured beside a bare Flask application in the same run."""
