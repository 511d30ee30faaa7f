"""Laws that are asked of each recording, whatever they do."""

import pytest

from igny8_core.modules.planner.models import Cluster
from migration_harness import queries
from migration_harness.models import RecordedOperation
from migration_harness.operations.declaring import Breach, Law
from migration_harness.operations.laws import CannotSay


def law(check, *, name="one_cluster", kinds=frozenset()):
    return Law(name=name, sentence="One cluster is made.", check=check, kinds=kinds)


def one_cluster(recording):
    made = recording.inserted("planner.Cluster")
    if len(made) != 1:
        yield Breach(told=f"{len(made)} clusters were made", rows=("planner.Cluster",))


def told(host, *laws, **kwargs):
    host.declares(*laws)
    host.run(**kwargs)
    kept = RecordedOperation.objects.get()
    return kept.held, kept.broken, kept.unsaid


def open_discrepancies():
    return [(d.seam, d.verdict, d.group, d.state) for d in queries.discrepancies()]


class TestLaw:
    def test_that_holds_is_no_discrepancy(self, host):
        assert told(host, law(one_cluster)) == (["one_cluster"], [], [])
        assert open_discrepancies() == []

    def test_that_is_broken_is_a_discrepancy_with_its_sentence(self, host):
        assert told(host, law(one_cluster), names=["Oak", "Elm"]) == ([], ["one_cluster"], [])
        assert open_discrepancies() == [("operation.trial", "unlawful", ("one_cluster",), "open")]
        (sample,) = queries.samples(queries.discrepancies()[0].signature)
        assert sample.payload["differences"][0]["control"] == "One cluster is made."
        assert sample.payload["differences"][0]["candidate"] == ["2 clusters were made: planner.Cluster"]
        assert (sample.operation_id, sample.account_id) == ("op-1", str(host.site.account_id))

    def test_of_other_operations_is_not_asked(self, host):
        assert told(host, law(one_cluster, kinds=frozenset({"other"})), names=[]) == ([], [], [])

    @pytest.mark.parametrize(
        "check",
        [
            lambda _: (_ for _ in ()).throw(CannotSay),
            lambda _: (_ for _ in ()).throw(KeyError("x")),
            lambda _: ["no breach"],
            lambda _: Cluster.objects.all().delete(),
        ],
        ids=["cannot say", "raises", "nonsense", "writes"],
    )
    def test_that_says_nothing_neither_holds_nor_is_broken(self, host, check):
        assert told(host, law(check)) == ([], [], ["one_cluster"])
        assert (Cluster.objects.filter(name="Oak").exists(), open_discrepancies()) == (True, [])
