"""Phases 1 to 6 on a copy of this tree, with the service at work: each forward, back, and forward again.

``make rehearse`` runs it. Whatever it changes is below ``.run/rehearsal``: the copy, its servers, the report.
"""
