"""Replace code that charges customers, in a running Django service, without one wrong charge.

A host project imports :mod:`migration_harness.api` and nothing else.
"""
