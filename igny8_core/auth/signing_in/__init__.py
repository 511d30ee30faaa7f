"""How people sign in: who is held up while guessing, what else is asked than a password, how long a session lasts."""
