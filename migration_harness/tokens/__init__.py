"""What programs sign in with: tokens that are made once, kept as hashes, and end."""
