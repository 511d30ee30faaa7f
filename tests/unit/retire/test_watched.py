"""A scan that is asked for again: the same answer while the tree is the same, and another look where it is not."""

import ast
import os
import shutil
from dataclasses import dataclass

import pytest

from migration_harness.retire import scan as scanning
from migration_harness.retire import watched
from migration_harness.retire.finders import AssignedNames, Matches, NamedInPython
from migration_harness.retire.lines import LegacyLine, Place
from migration_harness.retire.scan import scan
from migration_harness.retire.watched import LookedAtOnce
from tests.waiting import until

LINES = [
    LegacyLine(
        name="rates",
        sentence="No RATES.",
        finds=(
            AssignedNames(path="shop/a.py", names=frozenset({"RATES"})),
            Matches(files=("shop/**/*.ts",), pattern="RATES"),
            NamedInPython(files=("shop/**/*.py",), words=("gone",), but_not=("shop/tests/**/*",)),
        ),
    )
]


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A small tree, long enough ago."""
    monkeypatch.setattr(scanning, "_kept", type(scanning._kept)(maxlen=2))
    monkeypatch.setattr(watched, "_SETTLED_NS", 0)
    (tmp_path / "shop" / "tests").mkdir(parents=True)
    for name in ("a.py", "b.py", "c.ts", "tests/d.py"):
        (tmp_path / "shop" / name).write_text("")
    until(lambda: _now(tmp_path) > max(each.stat().st_ctime_ns for each in tmp_path.glob("shop/**/*")))
    return tmp_path / "shop"


def _now(folder):
    """Return the time that a file has which is written now."""
    probe = folder / "probe"
    probe.write_text("")
    return probe.stat().st_ctime_ns


def found(shop, lines=LINES, **known):
    return [(place.path, place.text) for each in scan(shop.parent, lines, **known) for place in each.places]


def looks(shop, monkeypatch, **known):
    """Tell whether a scan reads files."""
    read = []
    with monkeypatch.context() as patched:
        patched.setattr(scanning, "_look", lambda *_: read.append("read") or [])
        found(shop, **known)
    return bool(read)


def _rewrite(shop):
    """Write as many bytes again, and set the time of the file to what it was."""
    before = (shop / "b.py").stat()
    (shop / "b.py").write_text("")
    os.utime(shop / "b.py", ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "a line more": lambda shop: (shop / "a.py").write_text("RATES = {}"),
    "as many bytes, and its time set back": _rewrite,
    "a file more": lambda shop: (shop / "e.ts").write_text(""),
    "a file more in a new folder": lambda shop: [(shop / "new").mkdir(), (shop / "new" / "e.py").write_text("")],
    "a file less": lambda shop: (shop / "c.ts").unlink(),
    "a file for which it was asked by name less": lambda shop: (shop / "a.py").unlink(),
    "all of it gone": shutil.rmtree,
}


class TestScan:
    def test_of_an_unchanged_tree_reads_no_file_again(self, shop, monkeypatch):
        (shop / "a.py").write_text("RATES = {}")
        until(lambda: _now(shop.parent) > (shop / "a.py").stat().st_ctime_ns)
        before, lines = found(shop), []
        monkeypatch.setattr(ast, "parse", None)
        assert (before, found(shop, on_line=lambda: lines.append(1))) == ([("shop/a.py", "RATES = {}")],) * 2
        assert len(lines) == len(LINES)

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_looks_again_after(self, shop, monkeypatch, change):
        found(shop)
        assert not looks(shop, monkeypatch)
        change(shop)
        assert looks(shop, monkeypatch)

    def test_of_a_file_that_is_in_no_pattern_is_not_asked_for_again(self, shop, monkeypatch):
        found(shop)
        (shop / "tests" / "d.py").write_text("RATES = 'gone'")
        assert not looks(shop, monkeypatch)

    @pytest.mark.parametrize("known", [{"retired": frozenset({"a"})}, {"schema": ()}], ids=["seams", "schema"])
    def test_looks_again_where_more_is_known(self, shop, monkeypatch, known):
        found(shop)
        assert looks(shop, monkeypatch, **known)

    def test_looks_again_at_what_was_written_just_before(self, shop, monkeypatch):
        monkeypatch.setattr(watched, "_SETTLED_NS", 10**18)
        found(shop)
        assert looks(shop, monkeypatch)

    def test_by_a_finder_of_the_host_looks_again(self, shop):
        places = [Place(path="x", line=0, text="1"), Place(path="x", line=0, text="2")]

        @dataclass(frozen=True)
        class Own:
            def find(self, sources):
                yield places.pop(0)

        lines = [LegacyLine(name="own", sentence="Own.", finds=(Own(),))]
        assert [found(shop, lines), found(shop, lines)] == [[("x", "1")], [("x", "2")]]

    def test_leaves_what_a_caller_got_to_the_caller(self, shop):
        scan(shop.parent, LINES).clear()
        scan(shop.parent, LINES).clear()
        assert [each.line for each in scan(shop.parent, LINES)] == LINES


class TestThoseWhoAskTogether:
    """Several scans by one look at the tree: what is asked of it is asked once."""

    @pytest.fixture
    def globbed(self, shop, monkeypatch):
        asked, files = [], watched.Tree.files
        found(shop)
        monkeypatch.setattr(watched.Tree, "files", lambda self, *given: asked.append(given) or files(self, *given))
        return asked

    def test_look_once(self, shop, globbed):
        tree = LookedAtOnce(shop.parent)
        answers = [found(shop, tree=tree) for _ in range(3)]
        assert (answers[0] == answers[2], len(globbed)) == (True, len(set(globbed)))

    def test_and_who_asks_alone_looks_each_time(self, shop, globbed):
        for _ in range(3):
            found(shop)
        assert len(globbed) == 3 * len(set(globbed))

    def test_see_what_was_written_before_they_began(self, shop, globbed):
        (shop / "a.py").write_text("RATES = {}\n")
        assert found(shop, tree=LookedAtOnce(shop.parent)) == [("shop/a.py", "RATES = {}")]
