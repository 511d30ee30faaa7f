"""Asks which contents to link, and links them."""
