"""Errors of the optimizer.

OptimizerError
└── ContentChanged   the content is not what was optimized any more
"""


class OptimizerError(Exception):
    """Root of the errors of the optimizer."""


class ContentChanged(OptimizerError):
    """The content is not what was optimized any more: applying would lose what was changed since."""
