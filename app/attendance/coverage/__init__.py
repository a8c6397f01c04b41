"""Where the pupils of a school have been, and who nowhere."""
