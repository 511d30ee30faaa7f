"""The verbs of ``manage.py harness``: translate options, make one call, print what came of it."""
