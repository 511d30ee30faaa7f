"""The REST API for operators, below ``/api/v1/migration/``: what the command and the console do, for programs."""
