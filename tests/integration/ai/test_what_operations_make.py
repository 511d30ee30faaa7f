"""What each AI operation makes, against the sandbox over real HTTP."""

import pytest

from igny8_core.ai import exceptions
from igny8_core.ai.ai_core import AICore
from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.modules.planner.models import ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, ImagePrompt, Task

from ..content_parts import cluster_of, content_of, prompt_of
from .operation_runs import TOKENS
from .state import charges_of


@pytest.mark.usefixtures("new_side")
class TestClustering:
    def test_groups_the_keywords(self, run, site):
        outcome = run("clustering")()
        groups = {c.name: sorted(c.keywords.values_list("keyword", flat=True)) for c in site.clusters.all()}
        assert groups == {"Oak": [f"oak table {TOKENS}", "round oak table"], "Garden": ["garden chair"]}
        assert set(outcome.created) == set(site.clusters.values_list("pk", flat=True))

    def test_adds_to_the_cluster_that_is_there(self, run, site):
        oak = cluster_of(site, "Oak")
        outcome = run("clustering")()
        assert (oak.keywords.count(), oak.pk in outcome.created) == (2, False)

    def test_leaves_a_keyword_in_the_cluster_that_it_has(self, run, site):
        made = run("clustering")
        mine = cluster_of(site, "Mine")
        Keyword.objects.filter(keyword="round oak table").update(cluster=mine)
        made()
        assert Keyword.objects.get(keyword="round oak table").cluster == mine

    def test_of_keywords_that_all_have_a_cluster_is_refused(self, run, site, provider):
        made = run("clustering")
        Keyword.objects.update(cluster=cluster_of(site))
        with pytest.raises(exceptions.InvalidInput, match="without a cluster"):
            made()
        assert provider.requests == []


@pytest.mark.usefixtures("new_side")
class TestIdeas:
    def test_belong_to_their_cluster(self, run, site):
        outcome = run("idea_generation")()
        rows = ContentIdea.objects.filter(site=site)
        assert {idea.cluster.name for idea in rows} == {"Oak"}
        assert set(outcome.created) == set(rows.values_list("pk", flat=True))
        assert all(idea.title and idea.keywords == ["oak table"] for idea in rows)

    def test_are_not_kept_twice(self, run):
        made = run("idea_generation")
        assert made().created
        assert made("op-2").created == ()


@pytest.mark.usefixtures("new_side")
class TestContent:
    def test_is_written_and_completes_its_task(self, run, site):
        outcome = run("content_generation")()
        (written,) = Content.objects.filter(site=site)
        assert outcome.created == (written.pk,)
        assert (written.title, written.status, written.task.status) == ("How to oil oak", "draft", "completed")
        assert written.word_count > 100
        assert "oak oil" in written.html
        assert written.meta_title
        assert written.meta_description

    def test_has_nothing_that_a_browser_must_not_get(self, run, monkeypatch):
        monkeypatch.setattr(
            "igny8_core.ai.sandbox.articles.paragraph", lambda *_args, **_more: "<script>alert(1)</script> oak"
        )
        monkeypatch.setattr("igny8_core.ai.sandbox.articles.escape", lambda text: text)
        run("content_generation")()
        written = Content.objects.get()
        assert ("script" in written.html, "alert" in written.html, "oak" in written.html) == (False, False, True)

    def test_of_a_task_that_has_one_is_refused(self, run, provider):
        made = run("content_generation")
        made()
        with pytest.raises(exceptions.InvalidInput, match="content already"):
            made("op-2")
        assert len(provider.requests) == 1

    def test_that_somebody_else_wrote_meanwhile_is_not_charged(self, run, site, monkeypatch):
        made = run("content_generation")
        task = Task.objects.get()
        ask = AICore.complete

        def meanwhile(**call):
            answer = ask(**call)
            content_of(site, task=task)
            return answer

        monkeypatch.setattr("igny8_core.ai.engine.AICore.complete", meanwhile)
        before = made.site.account.credits
        with pytest.raises(exceptions.InvalidInput, match="while the model was answering"):
            made()
        made.site.account.refresh_from_db()
        assert (made.site.account.credits, Content.objects.count(), charges_of("op-1")[0]) == (before, 1, [])
        assert CreditUsageLog.objects.get(metadata__unbilled="InvalidInput").credits_used == 0


@pytest.mark.usefixtures("new_side")
class TestImagePrompts:
    def test_are_one_for_the_top_and_as_many_as_the_settings_say(self, run, site):
        outcome = run("image_prompt_extraction")()
        rows = list(ImagePrompt.objects.values_list("pk", "role", "position"))
        assert [row[1:] for row in rows] == [("featured", 0), ("in_article", 1), ("in_article", 2)]
        assert outcome.created == tuple(row[0] for row in rows)
        assert len(set(ImagePrompt.objects.values_list("prompt", flat=True))) == 3

    def test_of_a_content_that_has_some_are_refused(self, run, provider):
        made = run("image_prompt_extraction")
        prompt_of(Content.objects.get())
        with pytest.raises(exceptions.InvalidInput, match="already"):
            made()
        assert provider.requests == []
