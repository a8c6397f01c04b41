"""The pages on which an organization designs its certificates."""
