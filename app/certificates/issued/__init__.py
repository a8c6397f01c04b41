"""Certificates with their numbers and signatures; the register."""
