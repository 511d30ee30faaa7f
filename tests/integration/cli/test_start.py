"""What a process has imported stays: garbage is looked for among what comes after that."""

import subprocess
import sys

import pytest

from tests.acceptance.conftest import ROOT

_STARTS = {
    "a command": "import manage, sys; sys.argv = ['manage.py', 'version']; manage.main()",
    "a web server": "import igny8_core.wsgi",
    "a worker": "from igny8_core.celery import app; app.loader.import_default_modules()",
}
_COLLECTS = "import gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"


@pytest.mark.parametrize("start", _STARTS.values(), ids=_STARTS)
def test_process_that_has_started_looks_for_garbage_among_what_comes_then(start):
    code = f"import django\n{start}\ndjango.setup()\n{_COLLECTS}"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "True True"
