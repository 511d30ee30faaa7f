"""The trial balance: each law, what is broken, and how far the books are watched."""
