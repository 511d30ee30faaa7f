"""Where two sides meet: the seam, the write seam, the sides under guard, the charge."""
