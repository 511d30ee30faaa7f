"""A certificate holds for whoever has the public key, and no longer where anything was changed or left out."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from migration_harness.certificate import making
from migration_harness.certificate.checking import check
from migration_harness.certificate.told import is_override
from migration_harness.exceptions import KeyUnusable
from migration_harness.trail.hashing import GENESIS, hash_of_content

ROOT = Path(__file__).parents[3]
ALL = ["format", "signature", "chain", "flips", "lists", "proofs", "bounds", "published"]


def failing(text, public, **more):
    return [each.name for each in check(text, public=public, **more) if not each.holds]


def chained_anew(content):
    """Give the trail hashes that fit, as somebody does who wants to hide what was taken out of it."""
    previous = GENESIS
    for event in content["trail"]["events"]:
        event["previous_hash"] = previous
        event["hash"] = previous = hash_of_content(event["moment"], event)
    content["trail"] |= {"head": previous, "count": len(content["trail"]["events"])}


class TestCertificate:
    def test_holds(self, made):
        found = check(made.path.read_bytes(), public=made.key)
        assert [(each.name, each.holds) for each in found] == [(name, True) for name in ALL]

    def test_says_what_happened(self, made):
        content = made.content
        (rolled_back,) = [event for event in content["trail"]["events"] if event["id"] in content["rollbacks"]]
        assert (rolled_back["subject"], rolled_back["reason"]) == ("model-selection", "prices")
        assert (len(content["overrides"]), content["removal"]) == (2, None)
        (proof,) = content["proofs"]
        assert (proof["flags"], proof["holds"], proof["is_drill"]) == (["model-selection"], True, False)

    def test_has_the_evidence_of_every_seam_that_compares(self, made):
        names = {each["name"] for each in made.content["seams"]}
        assert {"credits.text", "credits.image", "keys.provider_key"} <= names
        assert made.content["trial_balance"]["answer"] in ("open", "closed", "unknown")

    def test_has_no_key_in_it(self, made, private):
        text = made.path.read_text()
        assert ("PRIVATE" in text, private.read_text().splitlines()[1] in text, "sk-" in text) == (False, False, False)

    def test_has_a_page_that_shows_texts_as_they_are(self, made):
        content = made.content | {"made_by": "<script>"}
        page = making.page_of(content, key=made.key, name="x")
        assert ("<script>" in page, "&lt;script&gt;" in page, "we have seen it" in page) == (False, True, True)
        assert made.page.read_text().startswith("<!doctype html>")

    def test_overwrites_nothing(self, made, harness, private):
        code, _, err = harness("certificate", "make", str(made.path), "--signing-key", str(private))
        assert (code, "is there already" in err) == (1, True)


class TestChanged:
    @pytest.mark.parametrize("part", [i / 25 for i in range(25)], ids=lambda part: f"{part:.0%}")
    def test_byte_does_not_hold(self, made, part):
        text = bytearray(made.path.read_bytes())
        text[int(part * len(text))] ^= 1
        assert failing(bytes(text), made.key) != []

    def test_white_space_does_not_hold(self, made):
        assert failing(made.path.read_bytes() + b"\n", made.key) == ["format"]

    def test_key_does_not_hold(self, made, tmp_path):
        other = making.new_key(tmp_path / "other.pem")
        assert failing(made.path.read_bytes(), other) == ["signature"]

    def test_key_and_signature_do_not_hold_for_the_key_that_was_given(self, forged, made, tmp_path):
        other = making.new_key(tmp_path / "other.pem")
        text = made.path.read_bytes().replace(made.key.encode(), other.encode())
        assert failing(text, other) == ["signature"]


class TestForged:
    """Whoever has the private key changes what is signed, and signs it again."""

    def test_without_an_override_in_the_list_does_not_hold(self, forged, made):
        assert failing(forged(lambda content: content["overrides"].pop()), made.key) == ["lists"]

    def test_without_the_event_of_an_override_does_not_hold(self, forged, made):
        def leave_out(content):
            events = content["trail"]["events"]
            gone = next(event for event in events if is_override(event))
            events.remove(gone)
            content["overrides"].remove(gone["id"])

        assert failing(forged(leave_out), made.key) == ["chain"]

    def test_with_an_override_that_says_it_is_none_does_not_hold(self, forged, made):
        def whitewash(content):
            event = next(event for event in content["trail"]["events"] if is_override(event))
            event["evidence"].pop("outside_plan", None)
            content["overrides"].remove(event["id"])

        assert failing(forged(whitewash), made.key) == ["chain"]

    def test_with_a_chain_that_was_cut_off_does_not_hold(self, forged, made):
        assert "chain" in failing(forged(lambda content: content["trail"]["events"].pop()), made.key)

    def test_with_a_chain_that_was_cut_off_and_a_head_that_fits_does_not_hold(self, forged, made):
        def cut_off(content):
            gone = content["trail"]["events"].pop()
            content["rollbacks"].remove(gone["id"])
            chained_anew(content)

        assert failing(forged(cut_off), made.key) == ["flips", "proofs"]

    def test_with_another_chain_does_not_have_the_published_heads(self, forged, made):
        head = made.content["trail"]["head"]
        assert failing(made.path.read_bytes(), made.key, published=[head]) == []

        def rewrite(content):
            content["trail"]["events"][0]["reason"] = "another"
            chained_anew(content)

        text = forged(rewrite)
        assert (failing(text, made.key), failing(text, made.key, published=[head])) == ([], ["published"])

    def test_with_a_better_bound_does_not_hold(self, forged, made):
        def better(content):
            content["seams"][0] |= {"comparisons": 1_000, "failures": 20, "bound": 0.001}

        assert failing(forged(better), made.key) == ["bounds"]

    def test_with_the_proof_of_another_rollback_does_not_hold(self, forged, made):
        def another(content):
            content["proofs"][0]["epochs"] = [9_999]

        assert failing(forged(another), made.key) == ["proofs"]

    def test_without_a_part_does_not_hold(self, forged, made):
        assert failing(forged(lambda content: content.pop("proofs")), made.key) == ["contents"]


class TestKey:
    def test_is_for_its_owner_alone(self, private):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600

    def test_that_others_can_read_signs_nothing(self, lived, private, tmp_path):
        private.chmod(0o644)
        with pytest.raises(KeyUnusable, match="is open to others"):
            making.make(path=tmp_path / "certificate", made_by="ann", key=private)
        assert not (tmp_path / "certificate").exists()

    def test_is_made_by_a_command_which_overwrites_none(self, demo, harness, tmp_path):
        path = tmp_path / "key"
        code, out, _ = harness("certificate", "key", str(path), "--json")
        assert (code, len(json.loads(out)["public"])) == (0, 64)
        assert harness("certificate", "key", str(path))[0] == 1

    def test_is_missed_where_none_is_named(self, demo, harness, tmp_path):
        code, _, err = harness("certificate", "make", str(tmp_path / "x"))
        assert (code, 'HARNESS["CERTIFICATE_KEY"] names no private key' in err) == (1, True)


class TestVerify:
    def test_says_that_it_holds(self, made, harness):
        code, out, _ = harness("certificate", "verify", str(made.path), "--key", made.key)
        assert (code, "The certificate holds." in out) == (0, True)

    def test_says_what_does_not(self, forged, made, harness):
        made.path.write_bytes(forged(lambda content: content["overrides"].pop()))
        code, out, _ = harness("certificate", "verify", str(made.path), "--key", made.key, "--json")
        wrong = [each["name"] for each in json.loads(out)["checks"] if not each["holds"]]
        assert (code, wrong) == (1, ["lists"])

    def test_needs_no_settings_no_database_and_no_django(self, made, tmp_path):
        (tmp_path / "public").write_text(made.key)
        refuse = "import sys; sys.modules |= dict.fromkeys(['django', 'psycopg', 'celery', 'structlog']); "
        run = "import runpy; runpy.run_module('migration_harness.certificate', run_name='__main__')"
        arguments = ["verify", str(made.path), "--key", str(tmp_path / "public")]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", refuse + run, *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout.count("holds"), done.stderr) == (0, len(ALL), "")
