"""What the planner does without an AI model: keywords from files."""
