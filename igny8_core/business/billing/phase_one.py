"""Whether what phase 1 adds is in the database: the way back of that phase takes it out while the service runs.

What answers as before phase 1, legacy code and what both sides share, works without it; what is new does not run then.
"""

from typing import Final

from django.db import connections, router
from django.db.models import BooleanField, PositiveIntegerField
from django.db.models.expressions import RawSQL

from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider

_ROW: Final = "to_jsonb(billing_aimodelconfig)"
# Columns of a model's row, by a query that is right without them, too: no price then, and a temperature is sent.
TOKENS_PER_CREDIT: Final = RawSQL(f"({_ROW} ->> 'tokens_per_credit')::integer", (), PositiveIntegerField())  # noqa: S611  Ours alone.
CREDITS_PER_IMAGE: Final = RawSQL(f"({_ROW} ->> 'credits_per_image')::integer", (), PositiveIntegerField())  # noqa: S611  Ours alone.
TAKES_TEMPERATURE: Final = RawSQL(  # noqa: S611  Ours alone.
    f"coalesce(({_ROW} ->> 'takes_temperature')::boolean, true)", (), BooleanField()
)


def is_there() -> bool:
    """Tell whether the tables and columns of phase 1 are there."""
    with connections[router.db_for_read(AIModelConfig)].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [IntegrationProvider._meta.db_table])  # noqa: SLF001  Django's documented name.
        return bool(cursor.fetchone()[0])
