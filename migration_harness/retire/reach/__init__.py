"""What code needs what: definitions of a tree, and those that some of them lead to. Told by reading alone."""
