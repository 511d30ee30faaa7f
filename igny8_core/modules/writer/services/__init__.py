"""What the writer does without an AI model: the status of contents, and deleting."""
