"""The REST API of the service, below ``/api/v1/``: for customers, each within an account."""
