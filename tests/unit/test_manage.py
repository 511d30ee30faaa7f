"""``./manage.py`` can be typed as the documents print it, on a machine that has only done ``make setup``."""

import subprocess
import venv
from pathlib import Path

import django

ROOT = Path(__file__).parents[2]


def test_goes_on_in_the_python_of_make_setup(tmp_path):
    venv.create(tmp_path / "bare", symlinks=True)
    bare = tmp_path / "bare" / "bin" / "python3"
    assert subprocess.run([bare, "-c", "import django"], check=False, capture_output=True).returncode == 1
    path = f"{bare.parent}:/usr/bin:/bin"
    told = subprocess.run(
        [ROOT / "manage.py", "version"], check=True, capture_output=True, text=True, env={"PATH": path}
    )
    assert (told.stdout.strip(), told.stderr) == (django.get_version(), "")
