"""What Python says, told from its tree: names, imports, texts that are written out. Knows no Django."""
