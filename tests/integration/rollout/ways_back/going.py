"""Somebody who applies phases, goes back and forward again, with the service at work all the while."""

from collections.abc import Callable
from dataclasses import dataclass

from igny8_core.ai.own_choices import choose
from igny8_core.auth.models import Account
from igny8_core.business.billing.keys.saving import save_provider_key
from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.migration_plan import PLAN
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.modules.writer.models import Content

from ..journey.traffic import Customer
from .seen import AtTheEnd, While, look, look_at_the_end

WITH_SCHEMA = [phase.number for phase in PLAN.phases if phase.laid]
LAST_WITHOUT_FLAGS = max(WITH_SCHEMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of it: while the phase was applied, while it was not, while it was again; and at the end."""

    applied: While
    back: While
    again: While
    end: AtTheEnd


class Going:
    """The commands of the harness, and a customer at work."""

    def __init__(self, *, harness, file):
        self._harness, self._file = harness, str(file)
        self._account = Account.objects.select_related("plan").order_by("pk").first()
        self._customer = Customer(self._account, images=1)
        # A featured image and one in the article: others would be charged alike.
        GlobalIntegrationSettings.objects.update(max_in_article_images=1)

    def without_going_back(self, phase: int) -> Came:
        """Apply the phases up to one, and stay there."""
        self._applies(phase)
        return self._came()

    def there_and_back(self, phase: int) -> Came:
        """Apply the phases up to one, take its way back, and go forward again."""
        self._applies(phase)
        return self._came(back=lambda: self._goes_back(phase), again=lambda: self._goes_forward(phase))

    def _came(self, *, back=lambda: None, again=lambda: None) -> Came:
        applied = self._works("one", self._customer.work_on_every_path)
        back()
        between = self._works("two", self._customer.work_on_every_path)
        again()
        # One charge shows that it is again as it was; all of them were seen.
        after = self._works("three", self._customer.cluster_keywords)
        return Came(applied=applied, back=between, again=after, end=look_at_the_end())

    def _works(self, name: str, work: Callable[[str], None]) -> While:
        since, contents = CreditUsageLog.objects.count(), Content.objects.count()
        work(name)
        save_provider_key(provider="runware", api_key=f"key-of-{name}", actor="olga")
        choose(account=self._account, site=None, changes={"temperature": 0.1 * len(name)})
        return look(self._customer, since=since, contents=contents)

    def _applies(self, phase: int) -> None:
        if phase <= LAST_WITHOUT_FLAGS:
            # No candidate is asked anything before the phases of the flags.
            self._does("rollback", "--all", "--to", "off")
        for each in PLAN.phases:
            if each.number <= phase:
                self._turns_on(each)

    def _goes_back(self, phase: int) -> None:
        lost = ("--backup", self._file, "--yes") if phase in WITH_SCHEMA else ()
        self._does("rollback", "--phase", str(phase), *lost)

    def _goes_forward(self, phase: int) -> None:
        if phase in WITH_SCHEMA:
            self._does("migrate", "--pre")
            self._does("legacy", "restore", self._file, "--overwrite", "--yes")
        self._turns_on(PLAN.phase(phase))

    def _turns_on(self, phase) -> None:
        for flag in phase.flags:
            self._does("flag", flag.name, "--everyone", "yes")

    def _does(self, *words: str) -> None:
        code, out, err = self._harness(*words)
        assert code == 0, (words, out, err)
