"""The optimizer: a content made better to find and to read."""
