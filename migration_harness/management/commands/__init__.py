"""The harness command, and refusals in place of waffle's commands."""
