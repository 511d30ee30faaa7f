"""The page of legacy code: whether it is dead, who says so, and the way back from its deletion."""
