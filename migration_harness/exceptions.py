"""Every error of the harness.

HarnessError
├── WrongUsage            what was asked for cannot be: a command ends with exit code 2
│   ├── UnknownStage        a stage that the stage table does not have
│   ├── UnknownFlag         a flag that the database does not have
│   ├── UnknownAccount      an account that the host's directory does not have
│   ├── AmbiguousAccount    several accounts have this id or name
│   ├── UnknownDiscrepancy  no comparison has this signature
│   ├── UnknownRecording    no operation was recorded under this name
│   ├── UnknownPerson       nobody of this name can be assigned
│   ├── UnknownExplanation  no stored explanation has this number
│   ├── NotExplainable      a difference that no stored explanation may cover
│   ├── ExplanationDecided  a stored explanation is not in the state that a decision needs
│   ├── SecondPersonNeeded  whoever asked for something cannot approve it
│   ├── UnknownApproval     nothing was asked under this number
│   ├── ApprovalDecided     an approval is not in the state that a decision needs
│   ├── UnknownSeam         the plan has no such seam
│   ├── NoRollout           no rollout of this flag is under way
│   ├── InvalidChange       a change of a flag that would make no sense
│   ├── UnknownPhase        the plan has no phase of this number
│   ├── UnknownGate         the phase has no such gate that is answered from outside
│   ├── UnknownMoment       a time that nobody can read
│   ├── TokenNotMade        a token that would have no name, no scope or no end
│   ├── UnknownToken        there is no such token to revoke
│   ├── ReportRefused       a report of tests that says nothing
│   ├── HeadsUnreadable     a file of published heads of the trail that cannot be read
│   ├── KeyUnusable         a key of certificates that cannot be read, or that others may read
│   ├── BackupThere         a file of this name is there already
│   ├── UnknownNotice       nothing was told under this number, or nothing of it was given up
│   └── UnknownRun          there is no run of this name
├── NotAllowed            whoever asks does not have the permission: exit code 3
│   └── AskerUnproven       what needs two people was asked where nobody has shown who they are
├── BackupImpossible      what the plan drops cannot be copied as it is
├── BackupUnreadable      a file is no backup, or not as it was written
├── BackupKeyMissing      no key of HARNESS["BACKUP_KEYS"] is the one that a backup was made with
├── ScratchMissing        there is no place to try something out
├── OperationsUnreadable  a file that holds no recorded operations, or of another format
├── NotRevivable          a value that was recorded only in part
├── UnknownOperation      this revision has no operation of a kind
├── RestoreRefused        a backup cannot be brought back into this database
├── NotExportable         a discrepancy that cannot be made into a test
├── NotExplorable         a seam of which no input can be made
├── FlagNotWritten        the locked row of a flag does not say what was written
├── Unwritable            a file that a command was to write
├── TransactionTooStrict  a charge or a flip in a transaction that does not see what others commit
├── FlipHeldUp            somebody holds what a flip needs, and could not be ended
├── ProofMissing          the flags were changed, and nobody could say who obeys
├── LegacyStoreStale      the control would answer from a store that lacks what was written since
├── NoStorePair           the stores of a flag or a seam are not declared
├── CopyDiffers           a key is another value after it was copied
├── HarnessMisconfigured  a setting that is missing or cannot be used
├── NowhereToPrint        standard output is closed
├── SourceUnreadable      a file that a scan of legacy code cannot read
├── NotRemovable          legacy code that cannot be told from what stays
├── TraceRefused          a trace file that replay cannot read
├── ForecastRefused       a forecast that cannot be made, kept or signed
├── DebitRefused          credits would be taken without what that needs
├── ApprovalNeeded        what needs two people has been done by one: exit code 3
│   ├── ApprovalAwaited     it is put down as asked, and another person has to approve it
│   ├── ApprovalVoid        what was approved is no longer what would be done
│   └── ApprovalExpired     nobody did it while the approval held
├── FlagAsked             a flag was to be retired that something needs: exit code 3
├── FlagRetired           a flag was to change that is retired: exit code 3
├── MigrationOutOfTurn    a schema migration needs one of the other kind before it: exit code 3
├── PhaseInUse            a phase's schema was to go that something needs: exit code 3
├── SchemaUndone          a flag was to move while the schema of an earlier phase is not there: exit code 3
├── GateClosed            the plan does not allow a way forward yet: exit code 3
├── StalePreview          what was looked at before a change has been changed by somebody else: exit code 3
│   ├── DueChanged          what is to be healed is no longer what was looked at
│   └── RolloutChanged      a rollout has moved, or is under way already
├── TrialBalanceBusy      another session has been checking the books for too long
├── WorkersLost           a side that was compared later ended or held up every worker that ran it
├── TokenRefused          what a program sent is no token, or one that is over
├── WebhookRefused        what came in is no webhook that was signed with this secret just now
├── RunExists             there is a run of this name already
├── MalformedRow          a row of a trace that the host cannot use (in ``replay``)
└── AuditTampered         the chain of the audit trail does not hold
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason why the plan does not allow a way forward yet.

    Attributes:
        sentence: What stands in the way, and what would open it.
        phase: The number of the phase that says so; None where no phase does.
        evidence: The address of what a gate rests on; empty where there is no such page.
    """

    sentence: str
    phase: int | None = None
    evidence: str = ""


class HarnessError(Exception):
    """Root of all errors of the harness. The message names the remedy."""

    @classmethod
    def code(cls) -> str:
        """Return the name of this kind of error for programs: ``unknown_flag`` for UnknownFlag."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said, a line each; a line break in what it quotes begins none."""
        return (str(self),)


class WrongUsage(HarnessError):
    """What was asked for cannot be: a command ends with exit code 2."""


class UnknownStage(WrongUsage):
    """A stage that the stage table does not have."""


class UnknownFlag(WrongUsage):
    """A flag that the database does not have."""


class UnknownAccount(WrongUsage):
    """An account that the host's directory does not have."""


class AmbiguousAccount(WrongUsage):
    """Several accounts have this id or name; none is guessed."""


class UnknownDiscrepancy(WrongUsage):
    """No comparison has this signature."""


class UnknownRecording(WrongUsage):
    """No operation was recorded under this name."""


class UnknownPerson(WrongUsage):
    """Nobody of this name can be assigned."""


class UnknownExplanation(WrongUsage):
    """No stored explanation has this number."""


class NotExplainable(WrongUsage):
    """A difference that no stored explanation may cover."""


class ExplanationDecided(WrongUsage):
    """A stored explanation is not in the state that a decision needs."""


class SecondPersonNeeded(WrongUsage):
    """Whoever asked for something cannot approve it."""


class UnknownApproval(WrongUsage):
    """Nothing was asked under this number."""


class ApprovalDecided(WrongUsage):
    """An approval is not in the state that a decision needs."""


class NotAllowed(HarnessError):
    """Whoever asks does not have the permission that it needs: a command ends with exit code 3."""


class HeadsUnreadable(WrongUsage):
    """A file of published heads of the trail that cannot be read."""


class KeyUnusable(WrongUsage):
    """A key of certificates that cannot be read, or that others may read."""


class BackupThere(WrongUsage):
    """A file of the name that a backup was to have is there already."""


class BackupImpossible(HarnessError):
    """What the plan drops cannot be copied as it is."""


class BackupUnreadable(HarnessError):
    """A file is no backup, or is not as it was written."""


class BackupKeyMissing(HarnessError):
    """No key of HARNESS["BACKUP_KEYS"] is the one that a backup was made with."""


class ScratchMissing(HarnessError):
    """There is no place to try a backup out."""


class OperationsUnreadable(HarnessError):
    """A file that holds no recorded operations, or of another format."""


class NotRevivable(HarnessError):
    """A value was recorded only in part: nothing can be run on it again."""


class UnknownOperation(HarnessError):
    """This revision has no operation of a kind."""


class RestoreRefused(HarnessError):
    """A backup cannot be brought back into this database: nothing was changed."""


class NotExportable(HarnessError):
    """A discrepancy that cannot be made into a test."""


class NotExplorable(HarnessError):
    """A seam of which no input can be made."""


class Unwritable(HarnessError):
    """A file that a command was to write."""


class UnknownSeam(WrongUsage):
    """The plan has no such seam."""


class NoRollout(WrongUsage):
    """No rollout of this flag is under way."""


class InvalidChange(WrongUsage):
    """A change of a flag that would make no sense."""


class UnknownPhase(WrongUsage):
    """The plan has no phase of this number."""


class UnknownGate(WrongUsage):
    """The phase has no gate of this name that is answered from outside."""


class FlagNotWritten(HarnessError):
    """The locked row of a flag does not say what was written: nothing was changed."""


class TransactionTooStrict(HarnessError):
    """A charge or a flip in a transaction of the caller's that does not see what others commit: nothing was done."""


class FlipHeldUp(HarnessError):
    """Somebody holds what a flip needs, and could not be ended: nothing was changed."""


class ProofMissing(HarnessError):
    """The flags were changed, and the database could not be asked who obeys."""


class LegacyStoreStale(HarnessError):
    """The control would answer from a store that lacks what was written since."""


class NoStorePair(HarnessError):
    """The stores of a flag or a seam are not declared."""


class CopyDiffers(HarnessError):
    """A key is another value after it was copied."""


class HarnessMisconfigured(HarnessError):
    """A setting that is missing or cannot be used."""


class NowhereToPrint(HarnessError):
    """Standard output is closed."""


class SourceUnreadable(HarnessError):
    """A file that a scan of legacy code cannot read."""


class NotRemovable(HarnessError):
    """Legacy code that cannot be told from what stays, or a tree that a removal may not change."""


class TraceRefused(HarnessError):
    """A trace file that replay cannot read."""


class ForecastRefused(HarnessError):
    """A forecast that cannot be made, kept or signed."""


class ReportRefused(WrongUsage):
    """A report of tests that cannot be read, or does not say for which revision it is."""


class UnknownMoment(WrongUsage):
    """A time that nobody can read."""


class DebitRefused(HarnessError):
    """Credits would be taken from accounts without an approver, a reason, or either."""


class AskerUnproven(NotAllowed):
    """What needs two people was asked at a prompt, where nobody has shown who they are: one could be both."""


class ApprovalNeeded(HarnessError):
    """What needs two people has been done by one, so nothing was done: a command ends with exit code 3.

    ``number`` is that of the approval.
    """

    def __init__(self, message: str, *, number: int) -> None:
        super().__init__(message)
        self.number = number


class ApprovalAwaited(ApprovalNeeded):
    """It is put down as asked, and another person has to approve it."""


class ApprovalVoid(ApprovalNeeded):
    """What was approved is no longer what would be done; the message names what is another now."""


class ApprovalExpired(ApprovalNeeded):
    """Nobody did it while the approval held."""


class FlagAsked(HarnessError):
    """A flag was to be retired that something needs: a command ends with exit code 3."""


class FlagRetired(HarnessError):
    """A flag was to change that is retired: a command ends with exit code 3."""


class MigrationOutOfTurn(HarnessError):
    """A schema migration needs one of the other kind before it: a command ends with exit code 3."""


class PhaseInUse(HarnessError):
    """The schema of a phase was to go, and something needs it: a command ends with exit code 3."""

    def __init__(self, lead: str, *, reasons: Sequence[str] = ()) -> None:
        super().__init__(" ".join((lead, *reasons)))
        self._sentences = (lead, *reasons)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was not done, and what stands in the way."""
        return self._sentences


class SchemaUndone(HarnessError):
    """A flag was to move while the schema of an earlier phase is not there: a command ends with exit code 3."""


class GateClosed(HarnessError):
    """The plan does not allow a way forward yet: a command ends with exit code 3. The message is the gates' own.

    ``lead`` says what was not done, ``refused`` has each reason for itself; the message is all of it.
    """

    def __init__(self, lead: str, *, refused: Sequence[Refusal], way: str = "") -> None:
        super().__init__(" ".join(filter(None, [lead, *(each.sentence for each in refused), way])))
        self.lead, self.refused = lead, tuple(refused)

    def with_way(self, way: str) -> "GateClosed":
        """Return the same refusal with how whoever asked may pass: each surface has a way of its own, or none."""
        return GateClosed(self.lead, refused=self.refused, way=way)


class StalePreview(HarnessError):
    """What was looked at before a change has been changed by somebody else since: a command ends with exit code 3."""


class DueChanged(StalePreview):
    """What is to be healed is no longer what was looked at."""


class RolloutChanged(StalePreview):
    """A rollout has moved since it was looked at, or one of this flag is under way already."""


class TokenNotMade(WrongUsage):
    """A token that would have no name, no scope or no end."""


class UnknownToken(WrongUsage):
    """There is no such token to revoke."""


class WorkersLost(HarnessError):
    """A side that was compared later ended or held up every worker that ran it."""


class TokenRefused(HarnessError):
    """What a program sent is no token, or one that is over."""


class WebhookRefused(HarnessError):
    """What came in is no webhook that was signed with this secret just now: believe none of it."""


class UnknownNotice(WrongUsage):
    """Nothing was told under this number, or nothing of it was given up."""


class RunExists(HarnessError):
    """There is a run of this name already."""


class UnknownRun(WrongUsage):
    """There is no run of this name."""


class TrialBalanceBusy(HarnessError):
    """Another session is checking the books, and did not come to an end."""


class AuditTampered(HarnessError):
    """The chain of the audit trail does not hold: a sentence for each thing that is wrong."""

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is wrong."""
        return tuple(map(str, self.args))
