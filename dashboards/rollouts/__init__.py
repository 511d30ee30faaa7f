"""Rollouts: all of them, one with its steps, guards and budget, and what a person does with it."""
