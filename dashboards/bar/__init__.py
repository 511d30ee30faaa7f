"""The bar on every page: what is at stake, and which ways back there are."""
