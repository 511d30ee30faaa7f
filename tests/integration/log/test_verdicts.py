"""Which rows the log itself takes, whoever writes them."""

import pytest
from django.db import IntegrityError, connection, transaction

from migration_harness.comparing.comparator import Verdict

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO migration_harness_comparison
    (at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature, control_ns,
     candidate_ns, operation_id, request_id, run)
VALUES (now(), 'trial.seam', 1, 'shadow', '1', '', 'direct', '{}', %s, %s, 1, 1, '', '', '')
"""
DIFFERENT = sorted(set(Verdict) - {Verdict.MATCH})
SIGNATURE = "0123456789ab"


def write(verdict, signature):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [verdict, signature])


class TestLog:
    @pytest.mark.parametrize(
        ("verdict", "signature"), [(Verdict.MATCH, None), *((verdict, SIGNATURE) for verdict in DIFFERENT)]
    )
    def test_takes_what_a_comparison_can_find(self, verdict, signature):
        write(verdict, signature)

    @pytest.mark.parametrize(
        ("verdict", "signature"),
        [
            (Verdict.MATCH, SIGNATURE),
            *((verdict, None) for verdict in DIFFERENT),
            *((verdict, signature) for verdict in ("", "MATCH", "unknown", None) for signature in (None, SIGNATURE)),
        ],
    )
    def test_refuses_anything_else(self, verdict, signature):
        with pytest.raises(IntegrityError):
            write(verdict, signature)
