"""Messages to people. Rows first, in the transaction of the act; delivered after it."""
