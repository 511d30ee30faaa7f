"""Causes: what several discrepancies have in common, and one review of all of them."""
