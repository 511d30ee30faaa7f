"""How a process tells what it has seen: a thread that writes it, and which periods anybody would have told of."""
