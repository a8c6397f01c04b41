"""The organizer's editor: drafts, checklist, publishing, copies, history."""
