"""Errors of the planner.

PlannerError
└── FileRefused   a file of keywords cannot be read at all
"""


class PlannerError(Exception):
    """Root of the errors of the planner."""


class FileRefused(PlannerError):
    """The file has no column of keywords: nothing was imported."""
