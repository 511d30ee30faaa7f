"""The writer's status changes and deletions, its HTML, and its addresses as a customer's client uses them."""

import pytest
from django.core.files.storage import default_storage

from igny8_core.auth.models import Account, Site
from igny8_core.modules.writer.exceptions import StatusRefused
from igny8_core.modules.writer.html import sanitise, text_of, word_count
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task
from igny8_core.modules.writer.services.content_status import NEXT, change_status

from ..content_parts import (
    API,
    PNG,
    Operations,
    client_of,
    cluster_of,
    content_of,
    idea_of,
    image_of,
    prompt_of,
    site_of,
    task_of,
)

TASKS, CONTENTS, PROMPTS, IMAGES = (f"{API}writer/{name}/" for name in ("tasks", "contents", "image_prompts", "images"))


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def site(account):
    return site_of(account)


@pytest.fixture
def second_site(account):
    return Site.objects.create(account=account, name="Second blog")


@pytest.fixture
def customer(account):
    return client_of(account)


@pytest.fixture
def operations(monkeypatch):
    return Operations.instead(monkeypatch)


class TestHtml:
    @pytest.mark.parametrize(
        "dangerous",
        [
            "<script>alert(1)</script>",
            "<SCRIPT src=//evil.example/x.js></SCRIPT>",
            "<style>body{display:none}</style>",
            '<iframe src="https://evil.example"></iframe>',
            "<svg><script>alert(1)</script></svg>",
            "<svg/onload=alert(1)>",
            "<math><mtext><script>alert(1)</script></mtext></math>",
            '<object data="x"></object><embed src="x">',
            '<form action="https://evil.example"><input name="password"></form>',
            "<template><script>alert(1)</script></template>",
            "<noscript><p title='</noscript><script>alert(1)</script>'></noscript>",
            "<!-- never closed <script>alert(1)</script>",
            "<p\0><scr\0ipt>alert(1)</scr\0ipt>",
            "<!-- --!><script>alert(1)</script> -->",
            "<![CDATA[<script>alert(1)</script>]]>",
            "<?php echo 1 ?>",
            "<!DOCTYPE html>",
            '<meta http-equiv="refresh" content="0;url=https://evil.example">',
            '<base href="https://evil.example/">',
            '<link rel="stylesheet" href="https://evil.example/x.css">',
            "<title><script>alert(1)</script></title>",
            "<textarea><script>alert(1)</script></textarea>",
        ],
    )
    def test_loses_what_runs_or_loads_something(self, dangerous):
        kept = sanitise(f"<p>before</p>{dangerous}<p>after</p>")
        assert kept.startswith("<p>before</p>")
        for sign in ("script", "evil", "onload", "<!", "<?", "display", "password"):
            assert sign not in kept.lower(), kept

    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
            "java\nscript:alert(1)", "\x01javascript:alert(1)", "&#106;avascript:alert(1)", "vbscript:x",
            "data:text/html,<script>alert(1)</script>", "javascript&colon;alert(1)", "\u200bjavascript:alert(1)",
            "file:///etc/passwd", "blob:https://example.com/1",
        ],
    )  # fmt: skip
    def test_loses_addresses_that_run_something(self, address):
        assert sanitise(f'<a href="{address}">read</a>') == "<a>read</a>"
        assert sanitise(f'<img src="{address}" alt="x">') == '<img alt="x">'

    @pytest.mark.parametrize(
        "address",
        ["https://example.com/a?b=1#c", "/articles/7/", "#top", "mailto:a@example.com", "a/b:c"],
    )
    def test_keeps_addresses_that_lead_somewhere(self, address):
        assert sanitise(f'<a href="{address}">read</a>') == f'<a href="{address}">read</a>'

    @pytest.mark.parametrize(
        "attribute", ["onclick", "ONERROR", "style", "class", "id", "srcset", "formaction", "data-x"]
    )
    def test_loses_every_other_attribute(self, attribute):
        assert sanitise(f'<p {attribute}="alert(1)">text</p>') == "<p>text</p>"

    def test_keeps_an_article(self):
        html = (
            "<h1>Rye</h1><h2>Flour</h2><p>A <strong>dark</strong> &amp; <em>sour</em> loaf, 1 &lt; 2.</p>"
            '<ul><li>salt</li></ul><blockquote>so</blockquote><pre><code>x = "1"</code></pre>'
            '<figure><img alt="a loaf" src="https://example.com/a.png"><figcaption>c</figcaption></figure>'
            '<table><tbody><tr><td colspan="2">cell</td></tr></tbody></table><p>é — 面</p>'
        )
        assert sanitise(html) == html

    def test_keeps_the_text_of_a_tag_that_it_does_not_know(self):
        assert sanitise("<custom-tag><p>text</p></custom-tag><font color=red>red</font>") == "<p>text</p>red"

    def test_that_was_kept_once_is_kept_again(self):
        once = sanitise("<p>a<b>b<i>c</b>d</i> < & \" ' &lt;script&gt;<p>open<li>x")
        assert sanitise(once) == once
        assert "<script" not in once

    def test_loses_what_is_no_text(self):
        assert sanitise("<p>a\0b\ud800c</p>") == "<p>abc</p>"

    def test_of_endless_depth_is_read(self):
        assert "deep" in sanitise("<div>" * 3_000 + "deep")

    def test_says_what_a_reader_sees(self):
        html = "<h2>Rye</h2><p>It's a well-known <b>bre</b>ad.</p><ul><li>salt</li><li>two</li></ul>"
        assert text_of(html) == "Rye\nIt's a well-known bread.\nsalt\ntwo"
        assert word_count(html) == 7


class TestStatus:
    @pytest.mark.parametrize("status", Content.Status)
    @pytest.mark.parametrize("now", Content.Status)
    def test_follows_the_table(self, account, site, now, status):
        content = content_of(site, status=now)
        if status is now or status in NEXT[now]:
            assert change_status(account=account, content_id=content.pk, status=status).status == status
        else:
            with pytest.raises(StatusRefused, match=f"is {now}; from there"):
                change_status(account=account, content_id=content.pk, status=status)
            content.refresh_from_db()
            assert content.status == now

    def test_of_another_account_is_not_there(self, site):
        content = content_of(site)
        stranger = Account.objects.exclude(pk=site.account_id).first()
        with pytest.raises(Content.DoesNotExist):
            change_status(account=stranger, content_id=content.pk, status=Content.Status.REVIEW)

    def test_is_changed_by_a_customer(self, customer, site):
        url = f"{CONTENTS}{content_of(site).pk}/"
        assert customer.post(f"{url}status/", {"status": "review"}, format="json").json()["data"]["status"] == "review"
        refused = customer.post(f"{url}status/", {"status": "gone"}, format="json")
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["status"])
        customer.patch(url, {"status": "published"}, format="json")
        assert customer.get(url).json()["data"]["status"] == "review"

    def test_that_does_not_follow_is_a_conflict(self, customer, site):
        url = f"{CONTENTS}{content_of(site).pk}/status/"
        response = customer.post(url, {"status": "published"}, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "status_refused")


class TestDeleting:
    def test_a_content_removes_its_images_and_their_files(self, customer, site, django_capture_on_commit_callbacks):
        task = task_of(site, status=Task.Status.COMPLETED)
        content = content_of(site, task=task)
        image = image_of(prompt_of(content))
        with django_capture_on_commit_callbacks(execute=True):
            assert customer.delete(f"{CONTENTS}{content.pk}/").status_code == 204
        assert (ImagePrompt.objects.count(), Image.objects.count()) == (0, 0)
        assert not default_storage.exists(image.file)
        task.refresh_from_db()
        assert task.status == "queued"

    def test_a_prompt_removes_its_images_and_their_files(self, customer, site, django_capture_on_commit_callbacks):
        content = content_of(site)
        image, other = image_of(prompt_of(content)), image_of(prompt_of(content, position=1))
        with django_capture_on_commit_callbacks(execute=True):
            customer.delete(f"{PROMPTS}{image.prompt_id}/")
        assert list(Image.objects.all()) == [other]
        assert (default_storage.exists(image.file), default_storage.exists(other.file)) == (False, True)

    def test_a_task_lets_its_idea_be_queued_again(self, customer, site):
        idea = idea_of(cluster_of(site))
        customer.post(f"{API}planner/ideas/queue/", {"ids": [idea.pk]}, format="json")
        assert customer.delete(f"{TASKS}{Task.objects.get().pk}/").status_code == 204
        idea.refresh_from_db()
        assert idea.status == "new"


class TestTasks:
    def test_are_created_without_an_idea(self, customer, site):
        body = {"site": site.pk, "title": "Rye", "keywords": ["rye"], "status": "completed", "idea": 1}
        row = customer.post(TASKS, body, format="json").json()["data"]
        assert (row["idea"], row["status"], row["keywords"], row["content"]) == (None, "queued", ["rye"], None)

    def test_name_their_content(self, customer, site):
        content = content_of(site, task=task_of(site))
        assert customer.get(f"{TASKS}{content.task_id}/").json()["data"]["content"] == content.pk

    def test_are_found_by_site_and_status(self, customer, site, second_site):
        done = task_of(site, status=Task.Status.COMPLETED)
        task_of(second_site)
        assert [r["id"] for r in customer.get(f"{TASKS}?status=completed").json()["results"]] == [done.pk]
        assert customer.get(f"{TASKS}?status=queued&site={site.pk}").json()["count"] == 0

    @pytest.mark.parametrize("keywords", ["rye", [["rye"]], ["x" * 201], ["rye"] * 51])
    def test_refuse_keywords_that_are_none(self, customer, site, keywords):
        response = customer.post(TASKS, {"site": site.pk, "title": "Rye", "keywords": keywords}, format="json")
        assert (response.status_code, list(response.json()["error"]["fields"])) == (400, ["keywords"])


class TestContents:
    def test_are_stored_without_what_could_run(self, customer, site):
        html = "<h2>Rye</h2><p onclick=alert(1)>Needs time.<script>alert(1)</script></p>"
        row = customer.post(CONTENTS, {"site": site.pk, "title": "Rye", "html": html}, format="json").json()["data"]
        assert (row["html"], row["word_count"]) == ("<h2>Rye</h2><p>Needs time.</p>", 3)
        changed = customer.patch(f"{CONTENTS}{row['id']}/", {"html": "<p>Short.</p>"}, format="json").json()["data"]
        assert (changed["html"], changed["word_count"]) == ("<p>Short.</p>", 1)

    def test_that_would_be_empty_are_refused(self, customer, site):
        body = {"site": site.pk, "title": "Rye", "html": "<script>alert(1)</script>"}
        response = customer.post(CONTENTS, body, format="json")
        assert (response.status_code, list(response.json()["error"]["fields"])) == (400, ["html"])

    def test_are_listed_without_their_html_and_counted(self, customer, site):
        content = content_of(site)
        image_of(prompt_of(content))
        prompt_of(content, position=1)
        (row,) = customer.get(CONTENTS).json()["results"]
        assert ("html" in row, row["image_prompt_count"], row["image_count"]) == (False, 2, 1)
        assert customer.get(f"{CONTENTS}{content.pk}/").json()["data"]["html"] == content.html


class TestImages:
    def test_are_shown_to_their_owner(self, customer, site):
        image = image_of(prompt_of(content_of(site)))
        row = customer.get(f"{IMAGES}{image.pk}/").json()["data"]
        response = customer.get(row["url"], headers={"Accept": "image/avif,image/webp"})
        assert (response.status_code, response["Content-Type"]) == (200, "image/png")
        assert b"".join(response.streaming_content) == PNG
        assert (response["X-Content-Type-Options"], response["Cache-Control"]) == (
            "nosniff",
            "private, max-age=31536000, immutable",
        )

    def test_that_a_browser_should_not_show_are_only_to_be_saved(self, customer, site):
        image = image_of(prompt_of(content_of(site)), content=b"<script>alert(1)</script>", ending="html")
        response = customer.get(f"{IMAGES}{image.pk}/file/")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")

    def test_whose_file_is_gone_are_not_found(self, customer, site):
        image = image_of(prompt_of(content_of(site)))
        default_storage.delete(image.file)
        assert customer.get(f"{IMAGES}{image.pk}/file/").status_code == 404

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_are_changed_by_nobody(self, customer, site, method):
        image = image_of(prompt_of(content_of(site)))
        assert getattr(customer, method)(f"{IMAGES}{image.pk}/", {}, format="json").status_code == 405

    def test_of_a_prompt_are_told_with_it(self, customer, site):
        image = image_of(prompt_of(content_of(site)))
        pending = prompt_of(image.prompt.content, position=1)
        rows = {row["id"]: (row["status"], row["image"]) for row in customer.get(PROMPTS).json()["results"]}
        assert rows == {image.prompt_id: ("generated", image.pk), pending.pk: ("pending", None)}
        assert [r["id"] for r in customer.get(f"{PROMPTS}?status=pending&site={site.pk}").json()["results"]] == [
            pending.pk
        ]

    def test_are_found_by_site(self, customer, site, second_site):
        image = image_of(prompt_of(content_of(site)))
        image_of(prompt_of(content_of(second_site)))
        assert [r["id"] for r in customer.get(f"{IMAGES}?site={site.pk}").json()["results"]] == [image.pk]

    def test_have_prompts_that_can_be_worded_anew(self, customer, site):
        prompt = prompt_of(content_of(site))
        changed = customer.patch(f"{PROMPTS}{prompt.pk}/", {"prompt": "a bun", "role": "in_article"}, format="json")
        assert (changed.json()["data"]["prompt"], changed.json()["data"]["role"]) == ("a bun", "featured")


class TestButtons:
    """What the AI operations are asked for; what they do is their own tests'."""

    def test_hand_over_account_site_and_row(self, customer, account, site, operations):
        task = task_of(site)
        content = content_of(site)
        prompts = [prompt_of(content), prompt_of(content, position=1)]
        customer.post(f"{TASKS}{task.pk}/generate_content/", format="json")
        customer.post(f"{CONTENTS}{content.pk}/generate_image_prompts/", {}, format="json")
        customer.post(f"{PROMPTS}generate_images/", {"ids": [p.pk for p in prompts]}, format="json")
        whose = {"account": account, "site": site}
        assert [(name, arguments) for name, _, arguments in operations.calls] == [
            ("generate_content", {**whose, "task_id": task.pk}),
            ("generate_image_prompts", {**whose, "content_id": content.pk}),
            ("generate_images", {**whose, "prompt_ids": [p.pk for p in prompts]}),
        ]

    def test_of_two_tasks_are_two_operations_under_one_key(self, customer, site, operations):
        for title in ("Rye", "Oat"):
            url = f"{TASKS}{task_of(site, title).pk}/generate_content/"
            customer.post(url, {"operation_id": "k-1"}, format="json")
        first, second = (operation_id for _, operation_id, _ in operations.calls)
        assert first != second

    def test_answer_each_image_by_itself(self, customer, site, operations):
        prompt = prompt_of(content_of(site))
        answer = customer.post(f"{PROMPTS}generate_images/", {"ids": [prompt.pk]}, format="json").json()["data"]
        assert [image["credits"] for image in answer["images"]] == [3]
        assert answer["failures"] == []
