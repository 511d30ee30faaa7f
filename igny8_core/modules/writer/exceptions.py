"""Errors of the writer.

WriterError
└── StatusRefused   a content cannot take this status from the one it has
"""


class WriterError(Exception):
    """Root of the errors of the writer."""


class StatusRefused(WriterError):
    """A content cannot take this status from the one it has."""
