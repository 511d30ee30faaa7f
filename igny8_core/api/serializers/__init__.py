"""What the API reads and writes, a file for each part of the service."""
