"""Keys in every store, providers that echo them, and a search for any fragment of one in all that comes out."""
