"""Planning: keywords, their clusters, and ideas for content."""
