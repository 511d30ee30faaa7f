"""Real work of the service on all four execution paths, and as many real charges as the plan's strata need."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from freezegun import freeze_time

from igny8_core.ai import choices, seams
from igny8_core.ai.provider_keys import Purpose
from igny8_core.auth.models import Account, Site
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.tasks import run_automation, start_due
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.migration_plan import DRAWN, EXPECTED, KEYS
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.writer.models import ImagePrompt
from migration_harness.api import ExecutionPath, trace_rows, unit_of_work

from ...content_parts import API, client_of, content_of

TRACE: Final = Path(__file__).parents[4] / "data" / "azure_llm_inference_conv_2023.csv"
LONG_AGO: Final = datetime(2025, 1, 1, tzinfo=UTC)
DUE: Final = "2026-01-05 02:05"


class Customer:
    """An account that chose no model, its site, and what it does with the service."""

    def __init__(self, account: Account) -> None:
        self.account, self.client = account, client_of(account)

    def work_on_every_path(self, name: str) -> None:
        """Do every operation on each execution path that it has, on new sites."""
        self._press_every_button(self._site(f"{name} by hand"))
        self._run_now(self._site(f"{name} now"))
        self._let_the_schedule_run(self._site(f"{name} scheduled"))

    def _press_every_button(self, site: Site) -> None:
        clusters = self._press("planner/keywords/cluster/", ids=_keywords(site))["created"]
        ideas = self._press("planner/clusters/generate_ideas/", ids=clusters)["created"]
        tasks = self._press("planner/ideas/queue/", ids=ideas)["created"]
        (content,) = self._press(f"writer/tasks/{tasks[0]}/generate_content/")["created"]
        prompts = self._press(f"writer/contents/{content}/generate_image_prompts/")["created"]
        self._press("writer/image_prompts/generate_images/", ids=prompts)
        content_of(site, title="All about oil")
        self._press(f"linker/contents/{content}/link/")
        self._press(f"optimizer/contents/{content}/optimize/")

    def _run_now(self, site: Site) -> None:
        _automate(site, enabled=False)
        self._press(f"automation/run_now/?site={site.pk}")
        self._finish(site, "run_now")

    def _let_the_schedule_run(self, site: Site) -> None:
        _automate(site, enabled=True)
        with freeze_time(DUE):
            start_due()
        self._finish(site, "scheduled")

    def _finish(self, site: Site, trigger: str) -> None:
        run = AutomationRun.objects.get(site=site)
        run_automation(run_id=run.pk)
        run.refresh_from_db()
        assert (run.status, run.error, run.trigger) == ("completed", "", trigger)

    def _site(self, name: str) -> Site:
        return self.account.sites.create(account=self.account, name=name)

    def _press(self, path: str, **body):
        response = self.client.post(f"{API}{path}", body, format="json")
        assert response.status_code in (200, 202), response.content
        return response.json()["data"]


def _automate(site: Site, *, enabled: bool) -> None:
    _keywords(site)
    AutomationConfig.objects.create(
        account=site.account, site=site, enabled=enabled, hour=2, scheduled_from=LONG_AGO, max_articles=1, max_images=3
    )


def _keywords(site: Site) -> list[int]:
    texts = ("oak table", "round oak table", "garden chair")
    return [Keyword.objects.create(account=site.account, site=site, keyword=text).pk for text in texts]


def ask_for_keys(account: Account, *, times: int) -> None:
    """Ask for the provider's key on each path for each purpose, so many times."""
    for stratum in KEYS * times:
        with unit_of_work(execution_path=stratum.execution_path):
            seams.provider_key(account=account, provider=stratum.operation, purpose=Purpose(stratum.model))


def ask_about_models(account: Account, *, times: int, of_defaults: int | None = None) -> None:
    """Ask what is asked about models, so many times each."""
    asked = zip(cycle(("dall-e-3", "runware:97@1", "google:4@2")), cycle(ImagePrompt.Role.values), strict=False)
    with unit_of_work(execution_path=ExecutionPath.MANUAL):
        for model, role in islice(asked, times):
            seams.provider_of(account=account, model=model, model_type="image")
            seams.quality_tier(account=account, model=model)
            seams.image_size(account=account, model=model, role=role)
            seams.cost_usd(account=account, model=model, images=1)
        for _ in range(of_defaults or times):
            choices.text_model_for(account=account)


def charge_every_stratum(accounts: list[Account], *, times: int, run: str) -> None:
    """Charge each operation on its path, as sites do that chose no model; the tokens are those of real traffic."""
    rows = cycle(trace_rows(TRACE, ("ContextTokens", "GeneratedTokens")))
    payers = cycle((account, _text(account), _image(account)) for account in accounts)
    for number, (stratum, row, (account, text, image)) in enumerate(zip(EXPECTED * times, rows, payers)):  # noqa: B905
        with unit_of_work(execution_path=stratum.execution_path):
            if stratum.operation in DRAWN:
                _charge(CreditService.deduct_credits_for_image, account, image, f"{run}:{number}")
            else:
                usage = Usage(
                    tokens_input=int(row.values["ContextTokens"]), tokens_output=int(row.values["GeneratedTokens"])
                )
                _charge(
                    CreditService.deduct_credits_for_operation, account, text, f"{run}:{number}", usage=usage,
                    operation_type=stratum.operation,
                )  # fmt: skip


def _charge(deduct: Callable[..., object], account: Account, model: choices.WorkingModel, number: str, **more) -> None:
    deduct(account=account, model=model.name, target_model=model.target, operation_id=number, **more)


def _text(account: Account) -> choices.WorkingModel:
    return choices.working_text_model(account=account)


def _image(account: Account) -> choices.WorkingModel:
    return choices.working_image_model(account=account)
