"""What customers work with."""
