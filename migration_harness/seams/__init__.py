"""Where control and candidate meet: the seam, the write seam, the guard of the other side, the charge."""
