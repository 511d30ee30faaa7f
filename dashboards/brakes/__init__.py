"""The brakes: the way back at once, from every page, and its reason afterwards."""
