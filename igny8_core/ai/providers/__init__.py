"""The providers' wire formats, one module each, and what they have in common."""
