"""What traffic has not shown: the smallest input on which the sides of a seam differ, searched before a call does."""
