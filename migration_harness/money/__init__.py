"""Money before a switch and after it: the forecast, the host's ledger, healing."""
