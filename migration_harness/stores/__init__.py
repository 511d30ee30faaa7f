"""Two stores of one thing: how a key is copied, the trace of what one missed, and its repair."""
