"""Many certificates at once, made by the worker."""
