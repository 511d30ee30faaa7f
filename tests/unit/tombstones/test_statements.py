"""Which statements of other roles read legacy data."""

import pytest

from migration_harness.tombstones.statements import Ran, uses

COLUMNS = frozenset({"api_key", "model"})
NAMES = ("settings", "all_settings", "key_of")


class TestStatement:
    @pytest.mark.parametrize(
        ("text", "of_columns", "of_the_whole"),
        [
            ("SELECT api_key FROM settings WHERE id = $1", True, True),
            ('SELECT "settings"."API_KEY" FROM "settings"', True, True),
            ("SELECT * FROM settings", True, True),
            ("SELECT s.* FROM public.settings s", True, True),
            ("SELECT size FROM settings", False, True),
            ("SELECT count(*) FROM settings", False, True),
            ("SELECT api_key FROM settings_of_others", False, False),
            ("SELECT size FROM all_settings", True, True),
            ("SELECT key_of($1)", True, True),
            ("UPDATE settings SET model = $1", True, True),
            ("VACUUM settings", False, False),
            ("LOCK TABLE public.settings IN ACCESS SHARE MODE", False, False),
            ("analyze settings (api_key)", False, False),
            ("CREATE INDEX ON settings (api_key)", False, False),
            ("CREATE TABLE kept AS SELECT api_key FROM settings", True, True),
            ("", False, False),
        ],
    )
    def test_reads_what_it_names(self, text, of_columns, of_the_whole):
        found = uses(text, "settings", NAMES, COLUMNS), uses(text, "settings", NAMES, None)
        assert found == (of_columns, of_the_whole)

    @pytest.mark.parametrize(
        ("text", "is_dump"),
        [
            ("COPY public.settings (id, api_key) TO stdout;", True),
            ("copy settings to STDOUT", True),
            ("COPY (SELECT api_key FROM settings) TO STDOUT", False),
            ("COPY settings FROM stdin", False),
            ("SELECT 1", False),
        ],
    )
    def test_is_a_dump_where_it_copies_a_whole_table(self, text, is_dump):
        assert Ran(role="backup", text=text, calls=1).is_dump is is_dump
