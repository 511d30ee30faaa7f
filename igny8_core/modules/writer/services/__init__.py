"""What the writer does without an AI model: ideas into tasks, the status of contents, and deleting."""
