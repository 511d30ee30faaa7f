"""Which files patterns match, against what pathlib answers."""

import pytest

from migration_harness.retire.listing import Listing

FILES = (
    "app/a.py", "app/b.txt", "app/.hidden.py", "app/deep/c.py", "app/deep/tests/d.py", "app/deep/tests/more/e.py",
    "app/tests/f.py", "app/deep/line\nbreak.py", "other/g.py", "h.md", ".env.local", "app/deep/(x)+.py",
)  # fmt: skip
PATTERNS = (
    "app/**/*.py", "app/**/tests/**/*", "app/**/*", "**/*.py", "app/*.py", "*.md", ".env*", "app/**/deep/*.py",
    "app/d??p/**/*.py", "app/**/?.py", "app/**/[ab].*", "nowhere/**/*.py", "h.md/**/*.py", "app/**/a.py", "app/**",
)  # fmt: skip


@pytest.fixture
def root(tmp_path):
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / "app/to_other").symlink_to(tmp_path / "other", target_is_directory=True)
    (tmp_path / "app/to_g.py").symlink_to(tmp_path / "other/g.py")
    (tmp_path / "app/to_nothing.py").symlink_to(tmp_path / "gone.py")
    (tmp_path / "linked").symlink_to(tmp_path / "app", target_is_directory=True)
    return tmp_path


class TestListing:
    @pytest.mark.parametrize("pattern", [*PATTERNS, "linked/**/*.py"])
    def test_matches_what_pathlib_does(self, root, pattern):
        expected = {file.relative_to(root).as_posix() for file in root.glob(pattern) if file.is_file()}

        assert Listing(root).matching([pattern]) == expected

    def test_matches_what_any_of_several_does(self, root):
        assert Listing(root).matching(["app/**/a.py", "*.md"]) == {"app/a.py", "h.md"}

    def test_has_no_file_twice_to_look_for(self, root):
        listing = Listing(root)
        listing.matching(["app/**/*.py"])
        (root / "app/late.py").write_text("")

        assert "app/late.py" not in listing.matching(["app/**/*"])
