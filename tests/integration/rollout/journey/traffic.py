"""Real work of the service on all four execution paths, and as many real charges as the plan's strata need."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from freezegun import freeze_time

from igny8_core.auth.models import Account, Site
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.tasks import run_automation, start_due
from igny8_core.modules.planner.models import Keyword

from ...content_parts import API, client_of, content_of

TRACE: Final = Path(__file__).parents[4] / "data" / "azure_llm_inference_conv_2023.csv"
LONG_AGO: Final = datetime(2025, 1, 1, tzinfo=UTC)
DUE: Final = "2026-01-05 02:05"


class Customer:
    """An account that chose no model, its site, and what it does with the service."""

    def __init__(self, account: Account, *, images: int = 3) -> None:
        self.account, self.client = account, client_of(account)
        self._images = images

    def work_on_every_path(self, name: str) -> None:
        """Do every operation on each execution path that it has, on new sites."""
        self._press_every_button(self._site(f"{name} by hand"))
        self._run_now(self._site(f"{name} now"))
        self._let_the_schedule_run(self._site(f"{name} scheduled"))

    def cluster_keywords(self, name: str) -> None:
        """Press one button, on a new site."""
        self._press("planner/keywords/cluster/", ids=_keywords(self._site(name)))

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
        _automate(site, enabled=False, images=self._images)
        self._press(f"automation/run_now/?site={site.pk}")
        self._finish(site, "run_now")

    def _let_the_schedule_run(self, site: Site) -> None:
        _automate(site, enabled=True, images=self._images)
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


def _automate(site: Site, *, enabled: bool, images: int) -> None:
    _keywords(site)
    AutomationConfig.objects.create(
        account=site.account,
        site=site,
        enabled=enabled,
        hour=2,
        scheduled_from=LONG_AGO,
        max_articles=1,
        max_images=images,
    )


def _keywords(site: Site) -> list[int]:
    texts = ("oak table", "round oak table", "garden chair")
    return [Keyword.objects.create(account=site.account, site=site, keyword=text).pk for text in texts]
