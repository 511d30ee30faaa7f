"""Settings of the service. Everything that differs between machines comes from the environment.

``DATABASE_URL`` and ``REDIS_URL`` name your own servers; without them the servers of
:mod:`igny8_core.embedded` are used. Secrets come from ``DJANGO_SECRET_KEY``, ``IGNY8_FIELD_KEYS``
and ``HARNESS_FINGERPRINT_KEY``; outside production a missing one is generated into ``.run/``.
``HARNESS_METRICS_TOKEN``, which opens ``/metrics`` to a scraper, may be missing in production. ``IGNY8_ENV`` says which
of the two it is; what production needs and lacks ends every process with one sentence (:mod:`igny8_core.starting`).
"""

import os
import sys
from pathlib import Path
from typing import Any

from django.utils.functional import SimpleLazyObject

from igny8_core import embedded
from igny8_core.settings.beat import beat_schedule
from igny8_core.settings.console import UNFOLD  # noqa: F401  Read by the admin.
from igny8_core.settings.databases import database_of
from igny8_core.settings.environment import is_production
from igny8_core.settings.lists import listed
from igny8_core.settings.notices import notices_of_environment
from igny8_core.settings.reading import level_of, whole_of
from igny8_core.settings.refusals import (
    readable_field_keys,
    refuse_any_host,
    refuse_guessable,
    refuse_open_folders,
    refuse_weak,
)
from igny8_core.settings.rest import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401  Read by both APIs.
from igny8_core.settings.secrets import local_secret
from igny8_core.settings.signing_in import (  # noqa: F401  Read by Django, and by igny8_core.auth.signing_in.
    AUTH_PASSWORD_VALIDATORS,
    AUTHENTICATION_BACKENDS,
    IGNY8_OPERATOR_IDLE_MINUTES,
    IGNY8_OPERATOR_SESSION_MINUTES,
    IGNY8_SECOND_FACTOR_REQUIRED,
    SESSION_ENGINE,
)
from igny8_core.structured_logging import logging_config

BASE_DIR = Path(__file__).resolve().parents[2]
RUN_DIR = embedded.run_dir()
PRODUCTION = is_production(os.environ)
DEBUG = False
DEFAULT_EXCEPTION_REPORTER_FILTER = "igny8_core.web.error_pages.NoValues"

SECRET_KEY = local_secret("DJANGO_SECRET_KEY", run_dir=RUN_DIR, production=PRODUCTION)
# Newest key first: MultiFernet encrypts with the first and decrypts with any.
IGNY8_FIELD_KEYS = readable_field_keys(local_secret("IGNY8_FIELD_KEYS", run_dir=RUN_DIR, production=PRODUCTION))
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "unfold",
    "igny8_core.web.admin.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before waffle: its flag commands are overridden by the harness.
    "migration_harness",
    "waffle",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "dashboards",
    "igny8_core",
    "igny8_core.auth",
    "igny8_core.ai",
    "igny8_core.business.billing",
    "igny8_core.business.automation",
    "igny8_core.modules.system",
    "igny8_core.modules.planner",
    "igny8_core.modules.writer",
    "igny8_core.business.linker",
    "igny8_core.business.optimizer",
]

MIDDLEWARE = [
    "igny8_core.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "igny8_core.unkeepable.RefuseUnkeepable",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "igny8_core.auth.signing_in.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "migration_harness.middleware.UnitOfWorkMiddleware",
]

ROOT_URLCONF = "igny8_core.urls"
WSGI_APPLICATION = "igny8_core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps: changes to pages of unfold and of drf-spectacular.
        "DIRS": [BASE_DIR / "igny8_core" / "operators" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "igny8_core.headers.csp_nonce",
            ],
        },
    },
]

DATABASES = {
    "default": database_of(os.environ.get("DATABASE_URL") or embedded.database_url()),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "igny8_auth.User"

REDIS_URL = os.environ.get("REDIS_URL") or embedded.redis_url()
# Keeps installations that share a Redis apart.
REDIS_PREFIX = os.environ.get("REDIS_PREFIX", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}

# Seconds after which a process reads the prices of the models again.
IGNY8_RATES_SECONDS = 1.0

# Where the sandbox provider answers; it stands in for the AI providers that have no real key.
IGNY8_SANDBOX_URL = os.environ.get("IGNY8_SANDBOX_URL", "http://127.0.0.1:8765")
# Hosts that a provider's address may name, by https: its key goes there. Those that may be inside, and asked in clear.
IGNY8_PROVIDER_HOSTS = ["api.openai.com", "api.runware.ai", *listed("IGNY8_PROVIDER_HOSTS")]
IGNY8_PRIVATE_HOSTS = listed("IGNY8_PRIVATE_HOSTS", default="" if PRODUCTION else "127.0.0.1,localhost")
# How long a provider may take for one answer, how often it is asked at most, and the first pause in between.
IGNY8_PROVIDER_TIMEOUT_SECONDS = 120.0
IGNY8_PROVIDER_TRIES = 3
IGNY8_PROVIDER_PAUSE_SECONDS = 0.5

# Celery names a Unix socket in its own way; everything else about the URL is the same.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:"} if REDIS_PREFIX else {}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(RUN_DIR / "celerybeat-schedule")
# Celery is imported by whoever asks for it: beat.
CELERY_BEAT_SCHEDULE = SimpleLazyObject(beat_schedule)

RUFF = (sys.executable, "-m", "ruff")
WAFFLE_FLAG_MODEL = "migration_harness.Flag"
HARNESS: dict[str, Any] = {
    "PLAN": "igny8_core.migration_plan.PLAN",
    "ACCOUNTS": "igny8_core.auth.directory.accounts",
    "REPLAY": "igny8_core.replay.driver",
    "FORECAST": "igny8_core.forecast.source",
    "LEDGER": "igny8_core.business.billing.services.healing.ledger",
    "BOOKS": "igny8_core.business.billing.books.books",
    "RECORDED_USAGE": "igny8_core.business.billing.recorded.usage",
    "OPERATIONS": "igny8_core.effects.OPERATIONS",
    # Each operation takes seconds, and a recording some milliseconds: where nobody is in a hurry, all of them.
    "RECORDED_BPS": whole_of("HARNESS_RECORDED_BPS", os.environ, default=100 if PRODUCTION else 10_000, most=10_000),
    # Each holds the rows of its operation for some milliseconds: a share where nobody is in a hurry.
    "SHADOWED_BPS": whole_of("HARNESS_SHADOWED_BPS", os.environ, default=0 if PRODUCTION else 2_500, most=10_000),
    "SHADOW_MS": whole_of("HARNESS_SHADOW_MS", os.environ, default=200, least=1, most=60_000),
    "REQUEST_ACCOUNT": "igny8_core.auth.directory.account_of_request",
    "DATABASE": "default",
    "LISTEN_URL": os.environ.get("HARNESS_LISTEN_URL", ""),
    "REVISION": os.environ.get("HARNESS_REVISION", ""),
    "REVISION_STOPS_AT": {"igny8_core.celery": "It starts workers: no answer of a candidate depends on how."},
    "PASSING": [],
    "APPEND_ONLY": [
        "billing_credittransaction",
        "billing_healedcharge",
        "billing_healedrest",
        "billing_aimodelpricechange",
    ],
    "FINGERPRINT_KEY": local_secret("HARNESS_FINGERPRINT_KEY", run_dir=RUN_DIR, production=PRODUCTION),
    "KEEP_COMPARISONS_DAYS": 90,
    "KEEP_ROLLUPS_DAYS": 400,
    "KEEP_MINUTES_DAYS": 3,
    "KEEP_OPERATIONS_DAYS": 14,
    "APPROVAL_HOURS": 24,
    # What is lost with the field keys would be lost with a backup's own: it has the same keys in it.
    "BACKUP_KEYS": IGNY8_FIELD_KEYS,
    "HEADS_FILE": os.environ.get("HARNESS_HEADS_FILE", ""),
    "CERTIFICATE_KEY": os.environ.get("HARNESS_CERTIFICATE_KEY", ""),
    # How long a day of soaking is: less only to try the plan out.
    "DAY_SECONDS": whole_of("HARNESS_DAY_SECONDS", os.environ, default=86_400, least=1, most=86_400),
    # In production the report of a run elsewhere is brought: there are neither tests nor a tree.
    "SUITE": None if PRODUCTION else ["python", "-m", "tests.halves", "--junit", "{junit}"],
    "FORMATTERS": [
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--quiet",
            "--fix-only",
            "--select",
            "I",
            "--stdin-filename",
            "{path}",
            "-",
        ],
        [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", "{path}", "-"],
    ],
    "NOTICES": notices_of_environment(),
    # Nobody has to be watched: without one in production, no scraper gets in.
    "METRICS_TOKEN": os.environ.get("HARNESS_METRICS_TOKEN", "")
    if PRODUCTION
    else local_secret("HARNESS_METRICS_TOKEN", run_dir=RUN_DIR, production=PRODUCTION),
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["igny8_core.formats"]
STATIC_URL = "static/"
STATIC_ROOT = RUN_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Generated images, where the default storage is the file system.
MEDIA_ROOT = RUN_DIR / "media"
WHITENOISE_USE_FINDERS = True
# The customers' pages as ``make frontend`` builds them; the names of their assets carry a hash.
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [("app", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []
WHITENOISE_IMMUTABLE_FILE_TEST = r"/app/assets/"
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/"
LOGGING = logging_config(json=PRODUCTION, level=level_of("IGNY8_LOG_LEVEL", os.environ, default="INFO"))
LOGGING_CONFIG = "logging.config.dictConfig"

# Whether the demo's customers may be in the database of a production: for a rehearsal alone.
IGNY8_ALLOW_DEMO = os.environ.get("IGNY8_ALLOW_DEMO", "") == "yes"
if PRODUCTION:
    refuse_weak(SECRET_KEY)
    refuse_guessable("HARNESS_FINGERPRINT_KEY", HARNESS["FINGERPRINT_KEY"])
    refuse_guessable("HARNESS_METRICS_TOKEN", HARNESS["METRICS_TOKEN"])
    refuse_any_host(ALLOWED_HOSTS)
    refuse_open_folders(RUN_DIR, STATIC_ROOT, MEDIA_ROOT)
    from igny8_core.settings.production import *  # noqa: F403  Settings, each by its name.
