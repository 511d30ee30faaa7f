"""Whether legacy code is dead: who really executed it or read its columns, counted; and what nobody can know."""
