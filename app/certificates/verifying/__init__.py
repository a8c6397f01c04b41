"""Anybody asks whether a certificate is genuine."""
