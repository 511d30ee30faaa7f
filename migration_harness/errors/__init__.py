"""Errors of the log, counted by day, event and logger; and which periods had a process that counts them."""
