"""Two stores of one thing: how to copy, what may differ, when one is left behind."""
