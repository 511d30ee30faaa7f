"""What the service asks AI models for: one module per function.

Each function that :class:`~igny8_core.ai.engine.AIEngine` runs has validate, prepare, build_prompt,
parse_response and save_output.
"""
