"""Errors of the automation.

AutomationError
├── RunActive      the site has a run already
├── RunNotActive   the site has no run in a state in which this can be done
└── UnitFailed     one unit of a run could not be done; the run goes on to others
"""


class AutomationError(Exception):
    """Root of the errors of the automation."""


class RunActive(AutomationError):
    """The site has a run that is pending, running or paused."""


class RunNotActive(AutomationError):
    """The site has no run in a state in which this can be done."""


class UnitFailed(AutomationError):
    """One unit of a run could not be done; the run goes on to others."""
