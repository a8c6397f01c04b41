"""Answers to the organizer's questions."""
