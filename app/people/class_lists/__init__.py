"""Lists of classes as schools keep them in Excel: read and understood, nothing stored."""
