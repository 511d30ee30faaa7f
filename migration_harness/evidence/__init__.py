"""What comparisons prove, as gates ask it: bounds, findings; and calls of the past, made again."""
