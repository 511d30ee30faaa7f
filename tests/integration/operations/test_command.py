"""``harness operations``."""

import json

from django.db import connection

from .test_laws import law, one_cluster


class TestOperations:
    def test_are_listed_with_the_laws_that_they_break(self, host, harness):
        host.declares(law(one_cluster))
        host.run(names=["Oak", "Elm"])
        code, out, _ = harness("operations", "list", "--unlawful", "--json")
        (found,) = json.loads(out)["operations"]
        assert (code, found["kind"], found["broken"]) == (0, "trial", ["one_cluster"])
        assert harness("operations", "list", "--kind", "other")[1] == "No operation was recorded.\n"

    def test_are_shown_with_rows_steps_and_sentences(self, host, harness):
        host.declares(law(one_cluster))
        host.run()
        code, out, _ = harness("operations", "show", "op-1")
        assert (code, "One cluster is made." in out, "planner.Cluster" in out) == (0, True, True)
        (row,) = json.loads(harness("operations", "show", "op-1", "--json")[1])["rows"]
        assert (row["change"], row["after"]["name"]) == ("inserted", "Oak")

    def test_that_nobody_recorded_are_told_so(self, demo, harness):
        code, _, err = harness("operations", "show", "nothing")
        assert (code, "No operation 'nothing' was recorded" in err) == (2, True)

    def test_tell_which_table_is_not_captured(self, host, harness):
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER harness_capture ON planner_cluster")
        assert "planner.Cluster: its table has no trigger" in harness("operations", "list")[1]

    def test_have_their_laws_listed(self, host, harness):
        host.declares(law(one_cluster))
        host.run()
        said = json.loads(harness("operations", "laws", "--json")[1])
        assert [each["name"] for each in said["laws"]] == ["one_cluster"]
        assert [(each["kind"], each["recorded"]) for each in said["kinds"]] == [("trial", 1)]


class TestFilesOfOperations:
    def test_are_not_made_of_nothing(self, demo, harness, tmp_path):
        code, _, err = harness("operations", "export", str(tmp_path / "file"))
        assert (code, "No operation was recorded that can be run elsewhere" in err) == (2, True)

    def test_that_are_none_are_told_so(self, demo, harness, tmp_path):
        (tmp_path / "file").write_text('{"format": 7}')
        (tmp_path / "other").write_text("oak")
        told = [harness("operations", "verify", str(tmp_path / name)) for name in ("file", "other", "missing")]
        assert [code for code, _, _ in told] == [1, 1, 1]
        assert "this revision reads 1" in told[0][2]
        assert "holds no recorded operations" in told[1][2]
        assert "cannot be read" in told[2][2]
