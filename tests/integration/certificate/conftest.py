"""A certificate of a migration in which somebody has passed closed gates, and a flag was rolled back."""

import json

import pytest

from migration_harness.authority.actors import Origin, of_user
from migration_harness.certificate import making
from migration_harness.certificate.document import signed_part, with_signature
from migration_harness.certificate.signing import sign
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.rollout import advancing
from tests.people import person

from ..rollout.conftest import real_gates as real_gates  # noqa: PLC0414  The fixture.


@pytest.fixture
def private(tmp_path):
    path = tmp_path / "private.pem"
    making.new_key(path)
    return path


@pytest.fixture
def lived(demo, real_gates):
    """Gates were passed closed, a flag was moved and rolled back."""
    boss = of_user(person("boss", is_superuser=True), origin=Origin.PROVEN)
    advancing.advance(number=1, actor=boss, override=True, reason="we have seen it")
    change_flag(name="model-selection", change=FlagChange(everyone=True), actor=boss, override=True, reason="try")
    rollback.roll_back(names=["model-selection"], actor="ann", reason="prices")


@pytest.fixture
def made(lived, private, tmp_path):
    return making.make(path=tmp_path / "certificate.json", made_by="ann", key=private)


@pytest.fixture
def forged(made, private):
    """Return the bytes of the certificate after a change of it, signed anew with the very key."""

    def forge(change):
        content = json.loads(json.dumps(made.content))
        change(content)
        public, signature = sign(private, signed_part(content))
        return with_signature(content, key=public, value=signature)

    return forge
