"""Settings of a project that has stock django-waffle and nothing else."""

import os

INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "waffle"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

_KEYS = {"KEY_PREFIX": f"bench-{os.getpid()}", "TIMEOUT": 300}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", **_KEYS},
    "redis": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
        **_KEYS,
    },
}
