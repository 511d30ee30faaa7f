"""What differs between two values, and what is meant: no Django, no clock."""
