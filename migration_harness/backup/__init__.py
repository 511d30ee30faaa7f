"""What the deletion drops: a copy of it in one file, tried out in a scratch database, and brought back."""
