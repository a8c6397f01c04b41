"""Answering browsers: pages and panels, fields, errors, security."""
