"""What differs between two values, and whether it was meant: rules alone, no Django, no clock."""
