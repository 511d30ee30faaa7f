"""The Celery application of the service."""

import os

from celery import Celery
from celery.signals import beat_init, celeryd_init

from igny8_core import importing

importing.begin()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")
app = Celery("igny8_core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_configure.connect
def _read_settings(**_signal: object) -> None:
    from igny8_core.starting import read_settings  # noqa: PLC0415  It needs Django, which not every import of this does.

    read_settings()


@celeryd_init.connect
@beat_init.connect
def _refuse_to_serve(**_signal: object) -> None:
    from igny8_core.starting import refuse_to_serve  # noqa: PLC0415

    refuse_to_serve()
