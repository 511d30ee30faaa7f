"""Every error of the harness.

HarnessError
├── UnknownStage          a stage that the stage table does not have
├── UnknownFlag           a flag that the database does not have
├── UnknownAccount        an account that the host's directory does not have
├── UnknownDiscrepancy    no comparison has this signature
├── UnknownSeam           the plan has no such seam
├── InvalidChange         a change of a flag that would make no sense
├── LegacyStoreStale      the control would answer from a store that lacks what was written since
├── NoStorePair           the stores of a flag or a seam are not declared
├── CopyDiffers           a key is another value after it was copied
├── HarnessMisconfigured  a setting that is missing or cannot be used
├── SourceUnreadable      a file that a scan of legacy code cannot read
├── TraceRefused          a trace file that replay cannot read
├── MalformedRow          a row of a trace that the host cannot use (in ``replay``)
└── AuditTampered         the chain of the audit trail does not hold
"""


class HarnessError(Exception):
    """Root of all errors of the harness. The message names the remedy."""


class UnknownStage(HarnessError):
    """A stage that the stage table does not have."""


class UnknownFlag(HarnessError):
    """A flag that the database does not have."""


class UnknownAccount(HarnessError):
    """An account that the host's directory does not have."""


class UnknownDiscrepancy(HarnessError):
    """No comparison has this signature."""


class UnknownSeam(HarnessError):
    """The plan has no such seam."""


class InvalidChange(HarnessError):
    """A change of a flag that would make no sense."""


class LegacyStoreStale(HarnessError):
    """The control would answer from a store that lacks what was written since."""


class NoStorePair(HarnessError):
    """The stores of a flag or a seam are not declared."""


class CopyDiffers(HarnessError):
    """A key is another value after it was copied."""


class HarnessMisconfigured(HarnessError):
    """A setting that is missing or cannot be used."""


class SourceUnreadable(HarnessError):
    """A file that a scan of legacy code cannot read."""


class TraceRefused(HarnessError):
    """A trace file that replay cannot read."""


class AuditTampered(HarnessError):
    """The chain of the audit trail does not hold."""
