"""The real protocol code against a simulated database, clock and network, from a seed: what never happened yet."""
