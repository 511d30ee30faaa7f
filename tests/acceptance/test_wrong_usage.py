"""Wrong usage ends a process with exit code 2, before it has asked the database for anything."""

import pytest

NOWHERE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1", "IGNY8_ENV": "local",
}  # fmt: skip


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["status", "--nonsense"], "No such option: --nonsense"),
            (["discrepancies", "list", "--nonsense"], "No such option: --nonsense"),
            (["nonsense"], "No such command 'nonsense'"),
            (["flag"], "Missing argument 'name'"),
            (["audit", "--limit", "many"], "'many' is not a valid"),
            ([], "Missing command"),
        ],
        ids=" ".join,
    )
    def test_ends_with_code_2_and_says_what_is_wrong(self, commands, arguments, says):
        done = commands.ended("harness", *arguments, **NOWHERE)
        assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert bool(done.stdout) == (not arguments), "the help is for who named no verb"
