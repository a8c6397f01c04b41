"""Stored files, images, spreadsheets, files of JSON."""
