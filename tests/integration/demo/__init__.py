"""The demo: how it is prepared, in whatever order, and what it does where something fails."""
