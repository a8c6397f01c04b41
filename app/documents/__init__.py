"""Paper: attendance lists, tickets, certificates and their verification."""
