"""What people can take part in, where and when."""
