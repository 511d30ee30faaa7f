"""What the rest of the service calls."""
