"""What comparisons prove, and traffic of the past that is compared again."""
