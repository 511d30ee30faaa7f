"""Notices: what was told, to whom, and whether it has arrived."""
