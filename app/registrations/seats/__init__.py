"""Seats and quotas: the only place where they are taken and given back."""
