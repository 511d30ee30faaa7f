"""A way back from the deletion."""
