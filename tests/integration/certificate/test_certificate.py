"""A certificate holds for whoever has the public key, and no longer where anything was changed or left out."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from unicodedata import normalize

import pytest

from migration_harness.certificate import making
from migration_harness.certificate.checking import check, check_page
from migration_harness.certificate.document import signed_part, with_signature, written
from migration_harness.certificate.signing import sign
from migration_harness.certificate.told import is_override
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import KeyUnusable
from migration_harness.trail.hashing import GENESIS, hash_of_content

ROOT = Path(__file__).parents[3]
ALL = ["format", "signature", "chain", "flips", "lists", "proofs", "bounds", "published"]


def failing(text, public, **more):
    return [each.name for each in check(text, public=public, **more) if not each.holds]


def only(check, names):
    """Return that this check alone fails, for each of the names."""
    return {name: [check] for name in names}


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


def with_signature_of(made, change):
    """Return the file with another signature block, written as one is."""
    document = json.loads(made.path.read_bytes())
    change(document)
    return written(document)


ATTACKS = {
    "white space in the middle": lambda text: text.replace(b": ", b":  ", 1),
    "a key twice": lambda text: text.replace(b'{\n "certificate"', b'{\n "certificate": {},\n "certificate"', 1),
    "a key of an event twice": lambda text: text.replace(b'"actor": ', b'"actor": "boss",\n     "actor": ', 1),
    "a version as a float": lambda text: text.replace(b'"version": 1\n}', b'"version": 1.0\n}'),
    "a version as true": lambda text: text.replace(b'"version": 1\n}', b'"version": true\n}'),
    "another version": lambda text: text.replace(b'"version": 1\n}', b'"version": 2\n}'),
    "a number as a float": lambda text: text.replace(b'"count": ', b'"count": 1e0', 1),
    "a number that is none": lambda text: text.replace(b'"alpha": 0.01', b'"alpha": NaN'),
    "data behind it": lambda text: text + b"{}",
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "another encoding": lambda text: text.decode().encode("utf-16"),
    "a letter written out": lambda text: text.replace(b"Ed25519", b"\\u0045d25519"),
    "keys in another order": lambda text: json.dumps(json.loads(text), indent=1).encode()[::1] + b" ",
    "deeper than anybody writes": lambda _text: b"[" * 100_000,
    "nothing": lambda _text: b"",
}
SIGNATURES = {
    "another algorithm": lambda document: document["signature"].update(algorithm="none"),
    "no algorithm": lambda document: document["signature"].pop("algorithm"),
    "more than it has": lambda document: document["signature"].update(more="of it"),
    "capital digits": lambda document: document["signature"].update(value=document["signature"]["value"].upper()),
    "blanks between digits": lambda document: document["signature"].update(
        value=" ".join(document["signature"]["value"][i : i + 2] for i in range(0, 128, 2))
    ),
    "no object": lambda document: document.update(signature="none"),
    "no text": lambda document: document["signature"].update(value=7),
}


class TestAttacked:
    def test_file_does_not_hold(self, made):
        text = made.path.read_bytes()
        changed = {name: attack(text) for name, attack in ATTACKS.items()}
        assert [name for name, attacked in changed.items() if attacked == text] == []
        assert {name: failing(attacked, made.key) for name, attacked in changed.items()} == only("format", ATTACKS)

    def test_signature_does_not_hold(self, made):
        found = {name: failing(with_signature_of(made, attack), made.key) for name, attack in SIGNATURES.items()}
        assert found == only("format", SIGNATURES)

    def test_byte_of_the_signature_does_not_hold_wherever_it_is(self, private):
        # Of a certificate that says nothing: its signature holds, and what is checked after that does not.
        key, value = sign(private, signed_part({}))
        text = with_signature({}, key=key, value=value)
        assert failing(text, key) == ["contents"]
        beginning = text.index(b'"signature"')
        held = []
        for place in range(beginning, len(text)):
            for bit in (1, 32):
                changed = bytearray(text)
                changed[place] ^= bit
                if failing(bytes(changed), key) not in (["format"], ["signature"]):
                    held.append((place, bit))
        assert held == []

    @pytest.mark.parametrize("form", ["NFD", "NFC"])
    def test_text_in_another_normal_form_does_not_hold(self, lived, private, tmp_path, form):
        flip = FlagChange(share_bps=100)
        change_flag(name="model-selection", change=flip, actor="ann", reason=normalize("NFC", "größer als é"))
        found = making.make(path=tmp_path / "normal", made_by="ann", key=private)
        text = json.loads(found.path.read_bytes())
        for event in text["certificate"]["trail"]["events"]:
            event["reason"] = normalize(form, event["reason"])
        assert failing(written(text), found.key) == ([] if form == "NFC" else ["signature"])


class TestPage:
    def test_that_stands_beside_it_is_drawn_from_it(self, made):
        page = made.page.read_bytes().decode()
        assert check_page(made.path.read_bytes(), page=page).holds
        assert not check_page(made.path.read_bytes(), page=page.replace("<h2>Overrides", "<h2>No overrides")).holds
        assert not check_page(made.path.read_bytes(), page=f"{page}<p>All is well.</p>").holds

    def test_that_was_changed_is_told_while_the_file_is_whole(self, made, harness):
        made.page.write_text(made.page.read_text().replace("we have seen it", "as planned"))
        code, out, _ = harness("certificate", "verify", str(made.path), "--key", made.key, "--json")
        wrong = [each["name"] for each in json.loads(out)["checks"] if not each["holds"]]
        assert (code, wrong) == (1, ["page"])


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

    def test_with_an_override_listed_in_another_way_does_not_hold(self, forged, made):
        changes = {
            "in another order": lambda overrides: overrides.reverse(),
            "twice": lambda overrides: overrides.append(overrides[0]),
            "as a float": lambda overrides: overrides.__setitem__(0, float(overrides[0])),
            "as true": lambda overrides: overrides.__setitem__(0, True),
        }
        found = {
            name: failing(forged(lambda content, change=change: change(content["overrides"])), made.key)
            for name, change in changes.items()
        }
        assert found == only("lists", changes)

    def test_with_events_in_another_order_does_not_hold(self, forged, made):
        def reorder(content):
            events = content["trail"]["events"]
            events[0], events[1] = events[1], events[0]

        assert failing(forged(reorder), made.key) == ["chain"]

    def test_with_a_trail_that_is_no_trail_does_not_hold(self, forged, made):
        assert failing(forged(lambda content: content.update(trail=[7])), made.key) == ["contents"]

    def test_with_a_better_bound_does_not_hold(self, forged, made):
        def better(content):
            content["seams"][0] |= {"comparisons": 1_000, "failures": 20, "bound": 0.001}

        assert failing(forged(better), made.key) == ["bounds"]

    @pytest.mark.parametrize("claim", [{"answer": "open"}, {"bound": 0.001}], ids=["open", "bound"])
    def test_with_something_proven_by_no_comparison_does_not_hold(self, forged, made, claim):
        def proven(content):
            content["seams"][0] |= {"comparisons": 0, "failures": 0, "bound": None, "answer": "unknown"} | claim

        assert failing(forged(proven), made.key) == ["bounds"]

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
        assert (done.returncode, done.stdout.count("holds"), done.stderr) == (0, len(ALL) + 1, "")
