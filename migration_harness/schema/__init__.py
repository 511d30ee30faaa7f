"""Schema migrations before a deploy and after it: which are which, what one takes away, and one kind run alone."""
