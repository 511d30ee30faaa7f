"""Seams whose other side runs later: the caller pays for writing the call down, and a worker compares.

In the order of a call: ``accepting`` (the caller's side), ``carrying`` (values as text), ``claiming`` (whose turn a
call is), ``reading`` (values again), ``working`` (the other side, the verdict), ``waking`` (how a worker learns of it).
"""
