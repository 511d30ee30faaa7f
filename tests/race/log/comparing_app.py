"""A WSGI application whose every request is one comparison that nobody writes before the process ends."""

from django.core.wsgi import get_wsgi_application

get_wsgi_application()

from migration_harness.deciding.stages import Stage  # noqa: E402
from migration_harness.log import recorder  # noqa: E402  After the set-up.
from migration_harness.testing import fixed_flags, flag_at  # noqa: E402
from tests.race.log.comparer import FLAG, compared  # noqa: E402

recorder.FLUSH_SECONDS = 3_600
_flags = fixed_flags(flag_at(FLAG, Stage.SHADOW))
_flags.__enter__()


def application(environ, start_response):
    compared(account="1", number=1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"compared"]
