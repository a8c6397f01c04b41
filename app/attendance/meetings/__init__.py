"""Attendance at the meetings of a course."""
