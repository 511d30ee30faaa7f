"""What people say about a difference: reviews, stored explanations, exported tests."""
