"""Wrong usage ends a process with exit code 2, before it has asked the database for anything."""

import os
import subprocess
import sys

import pytest

from .conftest import ROOT

NOWHERE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}


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
    def test_ends_with_code_2_and_says_what_is_wrong(self, arguments, says):
        done = subprocess.run(
            [sys.executable, "manage.py", "harness", *arguments],
            cwd=ROOT,
            env=os.environ | NOWHERE,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert bool(done.stdout) == (not arguments), "the help is for who named no verb"
