"""Models, keys and the calls to providers."""
