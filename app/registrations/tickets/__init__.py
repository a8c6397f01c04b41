"""The registration as its holder sees it: ticket, replies."""
