"""What the deletion drops was copied, the copy was tried out, and the data is still the same."""

from migration_harness.backup.standing import standing
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page

_REMEDY = "python manage.py harness legacy backup FILE && python manage.py harness legacy verify FILE"


class BackupVerified:
    """A backup was restored into a scratch database, and equals what would be dropped."""

    name = GateName.BACKUP.value
    words = "The backup is verified"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Answer by the newest backup that was looked at."""
        return GateAnswer.of(standing(), remedy=_REMEDY, evidence=page("phase", question.phase.number, part="backups"))
