"""What a process looks up once, whoever asks first, is no side effect of the side that happens to."""

import json
import subprocess
import sys

import pytest

from tests.acceptance.conftest import ROOT

LOOKS = {
    "processor": "import platform; platform.processor()",
    "folder of temporary files": "import tempfile; tempfile.gettempdir()",
    "library of C": "import ctypes.util; ctypes.util.find_library('z')",
    "number of the machine": "import uuid; uuid.getnode()",
    "types of files": "import mimetypes; mimetypes.guess_type('a.png')",
    "time zone": "import zoneinfo; zoneinfo.ZoneInfo('Asia/Tokyo')",
    "certificates": "import ssl; ssl.create_default_context()",
    "headers of a client": "import openai; openai.OpenAI(api_key='x').platform_headers()",
}
STARTS = {"process": "subprocess.Popen(['true'])", "output of one": "subprocess.check_output(['true'])"}
_GUARDED = """
import json, subprocess, sys
import django
django.setup()
from migration_harness.seams.purity import Guard, SideEffectRefused, active, watch
watch()
blocked = {}
for name, look in json.loads(sys.stdin.read()).items():
    guard = Guard()
    token = active.set(guard)
    try:
        exec(look)
    except SideEffectRefused:
        pass
    active.reset(token)
    blocked[name] = guard.blocked
print(json.dumps(blocked))
"""


@pytest.fixture(scope="module")
def blocked():
    """Do each of it under guard, in a process that has done nothing before; returns what was refused."""
    done = subprocess.run(
        [sys.executable, "-c", _GUARDED],
        cwd=ROOT, input=json.dumps(LOOKS | STARTS), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("look", LOOKS)
def test_look_at_the_machine_is_let_through(blocked, look):
    assert blocked[look] is None


@pytest.mark.parametrize("start", STARTS)
def test_process_of_its_own_is_refused(blocked, start):
    assert blocked[start] == "process: subprocess.Popen"
