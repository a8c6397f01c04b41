"""Check-in with the phone: codes read, names found, late marks taken in."""
