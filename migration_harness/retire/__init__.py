"""What legacy code is, and where it remains: the host declares it, the harness looks."""
