"""What people would use instead, each called the way its own documentation does."""
