"""The views of the API, a file for each part of the service."""
