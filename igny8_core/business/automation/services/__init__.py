"""What others call of the automation."""
