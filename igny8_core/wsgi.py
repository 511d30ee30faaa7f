"""WSGI entry point for Gunicorn."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from igny8_core import importing
from igny8_core.charset import read_as_utf8
from igny8_core.starting import refuse_to_serve

importing.begin()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")
refuse_to_serve()
application = read_as_utf8(get_wsgi_application())
# Every page and what it uses, Celery among it: no request waits for that.
import_module(settings.ROOT_URLCONF)
importing.end()
