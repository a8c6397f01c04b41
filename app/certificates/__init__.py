"""Numbered papers for one person: designed, issued, printed, verified."""
