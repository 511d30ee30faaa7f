"""Writing: tasks, the content they lead to, and its images."""
