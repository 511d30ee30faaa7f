"""A shop that quotes shipping: a host which says nothing to the harness, and has no more installed than that needs."""

import json
import os

SECRET_KEY = "for this host alone"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "waffle", "migration_harness", "quotes"]
WAFFLE_FLAG_MODEL = "migration_harness.Flag"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", **json.loads(os.environ["HOST_DATABASE"])}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
ROOT_URLCONF = "quotes.urls"
STATIC_URL = "/static/"
ALLOWED_HOSTS = ["localhost"]
HARNESS = {"RAISE_ON_MISMATCH": True} if "HOST_RAISES" in os.environ else {}
