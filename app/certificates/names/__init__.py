"""Names in their cases corrected by hand."""
