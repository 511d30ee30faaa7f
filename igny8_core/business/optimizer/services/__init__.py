"""Asks for a better version of a content, and applies it."""
