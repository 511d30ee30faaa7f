"""The deletion of legacy code as one patch: files in, edits out.

What belongs to legacy code is known by structure (a folder named ``legacy``, a seam, a flag of the plan, a field that
the plan drops) and, where structure does not say it, by a mark in a comment (:mod:`.marks`).
"""
