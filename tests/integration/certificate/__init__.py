"""The signed file at the end."""
