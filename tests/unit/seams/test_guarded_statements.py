"""What SQL may say under guard."""

import pytest

from migration_harness.seams.purity.statements import refused_in, savepoint_of, statements_of, verb_of


def refused(sql, *values):
    return [each for each in (refused_in(one, said=(sql, values)) for one in statements_of(sql)) if each]


class TestStatementsOf:
    @pytest.mark.parametrize(
        ("sql", "statements"),
        [
            ("SELECT 1; select  2;;", ["select 1", "select 2"]),
            ("SELECT ';', E'\\';', U&';', $$;$$, $a$ $$;$$ $a$", ["select '' , '' , u& '' , '' , ''"]),
            ("/* ; /* ; */ ; */ SELECT --;\n 1", ["select 1"]),
            ('SELECT "a;b"', ["select a_b"]),
            ("SELECT 'it''s;' || x", ["select '' || x"]),
            ("SELECT a$b$c; SELECT a$b$c", ["select a$b$c", "select a$b$c"]),
            ("SELECT $1; SELECT $2", ["select $1", "select $2"]),
            ("/* never closed ; NOTIFY x", []),
            ("", []),
        ],
    )
    def test_are_told_apart_without_literals_and_comments(self, sql, statements):
        assert statements_of(sql) == statements

    def test_begin_with_their_verb(self):
        assert [verb_of(sql) for sql in ("/* a */ INSERT INTO t VALUES ('secret')", "", " ; ")] == [
            "insert",
            "nothing",
            "nothing",
        ]


class TestRefused:
    @pytest.mark.parametrize(
        "sql",
        """NOTIFY x|LISTEN x|UNLISTEN *|LOCK t|DO 'x'|CALL p()|COMMIT|END|ABORT|ROLLBACK|BEGIN|START TRANSACTION
        PREPARE TRANSACTION 'x'|DISCARD ALL|CHECKPOINT|VACUUM|LOAD 'x'|ALTER SYSTEM SET a = b|RESET ALL
        SET TRANSACTION READ WRITE|SET LOCAL TRANSACTION READ WRITE|SET LOCAL transaction_read_only = off
        set session default_transaction_read_only to off|SET "transaction_read_only" = off
        SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE|SELECT set_config('transaction_read_only', 'off', true)
        COPY t FROM STDIN|COPY t TO PROGRAM 'x'|COPY t TO '/tmp/x'|COPY (SELECT 1) TO PROGRAM 'x'
        SELECT pg_notify('a', 'b')|SELECT pg_catalog."pg_notify" ('a', 'b')|SELECT PG_NOTIFY/**/('a', 'b')
        SELECT pg_advisory_lock(1)|SELECT pg_try_advisory_xact_lock_shared(1, 2)|SELECT pg_advisory_unlock_all()
        SELECT pg_terminate_backend(1)|SELECT pg_cancel_backend(1)|SELECT pg_reload_conf()
        SELECT lo_import('x')|SELECT lo_unlink(1)|SELECT lowrite(1, 'x')|SELECT dblink_exec('x', 'y')
        SELECT * FROM dblink('x', 'y')|SELECT query_to_xml('select 1', true, true, '')|SELECT pg_stat_reset()
        SELECT pg_logical_emit_message(false, 'a', 'b')|SELECT pg_create_restore_point('x')
        WITH a AS (SELECT pg_notify('a', 'b')) SELECT 1|SELECT U&"\\0070g_notify"('a', 'b')""".replace("\n", "|").split(
            "|"
        ),
    )
    def test_is_what_others_notice_or_what_ends_the_guard(self, sql):
        assert len(refused(sql)) == 1
        assert len(refused(f"SELECT 1;/* x */{sql}")) == 1

    def test_is_a_setting_whose_name_is_a_parameter(self):
        assert refused("SELECT set_config(%s, %s, false)", ["transaction_read_only", "off"]) == ["set_config"]
        assert refused("SELECT set_config(%s, %s, false)", ["app.account", "7"]) == []

    @pytest.mark.parametrize(
        "sql",
        """SELECT notify, "lock", listen FROM rollback WHERE commit = 'NOTIFY x; COMMIT'|SELECT 'pg_notify(1)'
        SELECT lo_get(1)|COPY t TO STDOUT|COPY (SELECT 1 FROM t) TO STDOUT WITH CSV|SET LOCAL statement_timeout = 5
        SET search_path TO a|SELECT set_config('app.account', '7', true)|EXPLAIN SELECT 1|SHOW transaction_read_only
        DECLARE c CURSOR FOR SELECT 1|FETCH 1 FROM c|CLOSE c|VALUES (1)|(SELECT 1)|TABLE t|SELECT endpoint FROM x
        SELECT hello_world(1)|SELECT pg_sleep(0)|SELECT pg_column_size(1)""".replace("\n", "|").split("|"),
    )
    def test_is_nothing_that_only_reads(self, sql):
        assert refused(sql) == []


class TestSavepointOf:
    @pytest.mark.parametrize(
        ("statement", "savepoint"),
        [
            ('SAVEPOINT "s1_x1"', ("savepoint", "s1_x1")),
            ("RELEASE SAVEPOINT a", ("release", "a")),
            ("RELEASE a", ("release", "a")),
            ("ROLLBACK TO SAVEPOINT a", ("rollback", "a")),
            ("ROLLBACK WORK TO a", ("rollback", "a")),
            ("ROLLBACK", None),
            ("ROLLBACK AND CHAIN", None),
            ("SELECT a", None),
        ],
    )
    def test_is_its_verb_and_name(self, statement, savepoint):
        assert savepoint_of(*statements_of(statement)) == savepoint
