"""Discrepancies: those that need a person, and the others folded away."""
