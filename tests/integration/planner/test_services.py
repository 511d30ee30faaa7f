"""Keywords from files and ideas into tasks, as the services do it."""

import io

import pytest

from igny8_core.auth.models import Account, Site
from igny8_core.modules.planner.exceptions import FileRefused
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.services.keyword_files import MalformedLine
from igny8_core.modules.planner.services.keyword_import import BATCH_ROWS, MOST_MALFORMED_SHOWN, import_keywords
from igny8_core.modules.writer.models import Task
from igny8_core.modules.writer.services.deletion import delete_task
from igny8_core.modules.writer.services.queueing import queue_ideas


@pytest.fixture
def site(account):
    return account.sites.get()


@pytest.fixture
def other_site(account):
    return Site.objects.create(account=account, name="Second blog")


@pytest.fixture
def cluster(site):
    return Cluster.objects.create(account_id=site.account_id, site=site, name="Bread")


def imported(site, data):
    return import_keywords(
        account=site.account, site=site, file=io.BytesIO(data.encode() if isinstance(data, str) else data)
    )


def stored(site):
    return [(k.keyword, k.volume, k.difficulty) for k in Keyword.objects.filter(site=site)]


class TestImportOfKeywords:
    @pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["without", "with"])
    def test_reads_utf_8_without_and_with_a_byte_order_mark(self, site, bom):
        rows = ["keyword,volume,difficulty", "brötchen rezept,320,17", "面包,9,100", "\u0645\u06cc\u200c\u062e,1,1"]
        found = imported(site, bom + "\n".join(rows).encode())
        assert (found.created, found.duplicates, found.malformed_count) == (3, 0, 0)
        assert stored(site) == [
            ("brötchen rezept", 320, 17),
            ("面包", 9, 100),
            ("\u0645\u06cc\u200c\u062e", 1, 1),
        ]

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["unix", "windows", "mac"])
    def test_reads_the_line_endings_of_every_system(self, site, ending):
        found = imported(site, ending.join(["keyword,volume", "rye,1", "", "spelt,x", "oat,3"]))
        assert (found.created, [each.line for each in found.malformed]) == (2, [4])

    def test_finds_its_columns_in_any_order_and_case_beside_others(self, site):
        imported(site, 'CPC, Difficulty ,KEYWORD\n"1,20",40," sour   dough "\n')
        assert stored(site) == [("sour dough", 0, 40)]

    def test_takes_what_is_not_given_as_zero(self, site):
        imported(site, "keyword,volume,difficulty\nrye\nspelt,,\n")
        assert stored(site) == [("rye", 0, 0), ("spelt", 0, 0)]

    def test_counts_what_the_file_or_the_site_has_already(self, site):
        imported(site, "keyword,volume\nrye,5\n")
        found = imported(site, "keyword,volume\nrye,9\nspelt,1\nspelt,2\n")
        assert (found.created, found.duplicates) == (1, 2)
        assert stored(site) == [("rye", 5, 0), ("spelt", 1, 0)]

    def test_counts_a_duplicate_in_another_batch_too(self, site):
        rows = [f"keyword {i}" for i in range(2 * BATCH_ROWS)]
        found = imported(site, "\n".join(["keyword", *rows, "keyword 0"]))
        assert (found.created, found.duplicates) == (2 * BATCH_ROWS, 1)

    def test_has_no_effect_on_another_site(self, site, other_site):
        imported(site, "keyword\nrye\n")
        assert imported(other_site, "keyword\nrye\n").created == 1

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (",5,5", "the keyword is empty"),
            ("x" * 201 + ",5,5", "the keyword is longer than 200 characters"),
            ("rye,many,5", "volume is 'many', it must be a whole number from 0 to 2,147,483,647"),
            ("rye,2147483648,5", "volume is '2147483648', it must be a whole number from 0 to 2,147,483,647"),
            ("rye,-1,5", "volume is '-1', it must be a whole number from 0 to 2,147,483,647"),
            ("rye,5,101", "difficulty is '101', it must be a whole number from 0 to 100"),
            ("rye,5,1.5", "difficulty is '1.5', it must be a whole number from 0 to 100"),
            ("rye, wheat,5,5", "the line has 4 cells, the first line 3"),
            ('"rye,5,5', "unexpected end of data"),
            (b"caf\xe9,5,5", "the keyword has bytes that are not text in UTF-8"),
            (b"r\x00ye,5,5", "the keyword has bytes that are not text in UTF-8"),
            ("y" * 30_000 + ",5,5", "the line is longer than 10,000 characters"),
        ],
        ids=[
            "empty",
            "long keyword",
            "word for number",
            "too many searches",
            "negative",
            "too difficult",
            "fraction",
            "comma too many",
            "open quote",
            "latin-1",
            "nul",
            "long line",
        ],
    )
    def test_reports_a_malformed_line_by_its_number_and_reads_on(self, site, line, reason):
        raw = line if isinstance(line, bytes) else line.encode()
        found = imported(site, b"keyword,volume,difficulty\nspelt,1,1\n" + raw + b"\noat,2,2\n")
        assert found.malformed == (MalformedLine(line=3, reason=reason),)
        assert stored(site) == [("spelt", 1, 1), ("oat", 2, 2)]

    def test_takes_the_longest_keyword_that_a_row_can_hold(self, site):
        assert imported(site, "keyword\n" + "x" * 200).created == 1

    def test_shows_the_first_malformed_lines_and_counts_all(self, site):
        found = imported(site, "keyword,volume\n" + "rye,x\n" * (MOST_MALFORMED_SHOWN + 7))
        assert (len(found.malformed), found.malformed_count) == (MOST_MALFORMED_SHOWN, MOST_MALFORMED_SHOWN + 7)

    @pytest.mark.parametrize(
        "data",
        [b"", b"\n", b"word,volume\nrye,1\n", b"keyword;volume\nrye;1\n", "keyword\nrye".encode("utf-16"), b'"keyword'],
        ids=["empty", "blank", "other columns", "semicolons", "utf-16", "open quote"],
    )
    def test_refuses_a_file_without_a_column_of_keywords(self, site, data):
        with pytest.raises(FileRefused):
            imported(site, data)
        assert stored(site) == []

    def test_into_another_accounts_site_is_refused(self, account):
        others = Site.objects.exclude(account=account).first()
        with pytest.raises(ValueError, match="not one of the account"):
            import_keywords(account=account, site=others, file=io.BytesIO(b"keyword\nrye\n"))
        assert stored(others) == []

    def test_leaves_the_file_open_for_its_owner(self, site):
        file = io.BytesIO(b"keyword\nrye\n")
        import_keywords(account=site.account, site=site, file=file)
        assert not file.closed


class TestQueueingIdeas:
    @pytest.fixture
    def idea(self, cluster):
        return self.idea_of(cluster, "How to bake rye")

    @staticmethod
    def idea_of(cluster, title):
        return ContentIdea.objects.create(
            account=cluster.account, site=cluster.site, cluster=cluster, title=title, description="d", keywords=["rye"]
        )

    @staticmethod
    def queue(idea, **changes):
        return queue_ideas(**({"account": idea.account, "site": idea.site, "idea_ids": [idea.pk]} | changes))

    def test_makes_a_task_of_each(self, idea, cluster):
        second = self.idea_of(cluster, "Rye or wheat")
        found = self.queue(idea, idea_ids=[second.pk, idea.pk])
        tasks = Task.objects.in_bulk(found.created).values()
        assert {(t.idea, t.title, t.description, tuple(t.keywords), t.cluster, t.status) for t in tasks} == {
            (each, each.title, "d", ("rye",), cluster, "queued") for each in (idea, second)
        }
        assert set(ContentIdea.objects.values_list("status", flat=True)) == {"queued"}

    def test_a_second_time_makes_nothing(self, idea):
        self.queue(idea)
        again = self.queue(idea)
        assert (again.created, again.already_queued, Task.objects.count()) == ((), (idea.pk,), 1)

    def test_charges_nothing(self, idea):
        before = Account.objects.get(pk=idea.account_id).credits
        self.queue(idea)
        assert Account.objects.get(pk=idea.account_id).credits == before

    def test_passes_over_ideas_of_others(self, idea, other_site):
        stranger = Account.objects.exclude(pk=idea.account_id).first()
        for changes in ({"account": stranger, "site": stranger.sites.get()}, {"site": other_site}):
            assert self.queue(idea, **changes).created == ()
        assert Task.objects.count() == 0

    def test_is_possible_again_when_the_task_is_deleted(self, idea):
        self.queue(idea)
        delete_task(Task.objects.get())
        idea.refresh_from_db()
        assert idea.status == "new"
        assert len(self.queue(idea).created) == 1
