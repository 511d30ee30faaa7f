"""Tests that run with ``manage.py test``."""
