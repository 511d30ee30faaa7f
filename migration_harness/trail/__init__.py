"""Who changed what: append-only events, chained by hash, compared with the state that they tell of."""
