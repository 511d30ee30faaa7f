"""What ``manage.py`` finds: ``harness``, and refusals in place of waffle's own commands."""
