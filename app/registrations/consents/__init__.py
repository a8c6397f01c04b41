"""A guardian's consent to one registration: asked, given, withdrawn."""
