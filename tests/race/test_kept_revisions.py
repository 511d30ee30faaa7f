"""What a revision was made of is kept by the thread of the lease, while the process goes on."""

import pytest

from migration_harness.models import Revision
from tests.acceptance.conftest import committed_demo, until  # noqa: F401  The demo, committed.

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("committed_demo")]


class TestRevision:
    def test_of_a_running_process_is_kept_soon(self, nursery, tmp_path):
        lines = tmp_path / "revision"
        with nursery.process("tests.race.reviser", str(lines), log=tmp_path / "reviser.log"):
            until(lambda: Revision.objects.filter(seam="credits.text").exists())
        kept = Revision.objects.get(seam="credits.text")
        assert kept.revision == lines.read_text()
        assert "file igny8_core/business/billing/pricing.py" in kept.parts
