"""Reminders, and asking again whether people come."""
