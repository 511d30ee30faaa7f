"""Settings of the service. Everything that differs between machines comes from the environment.

``DATABASE_URL`` and ``REDIS_URL`` name your own servers; without them the servers of
:mod:`igny8_core.embedded` are used. Secrets come from ``DJANGO_SECRET_KEY``, ``IGNY8_FIELD_KEYS``
and ``HARNESS_FINGERPRINT_KEY``; outside production a missing one is generated into ``.run/``.
``HARNESS_METRICS_TOKEN``, which opens ``/metrics`` to a scraper, may be missing in production.
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from celery.schedules import crontab
from django.urls import reverse_lazy

from igny8_core import embedded
from igny8_core.settings.secrets import local_secret
from igny8_core.structured_logging import logging_config

BASE_DIR = Path(__file__).resolve().parents[2]
RUN_DIR = embedded.run_dir()
PRODUCTION = os.environ.get("IGNY8_ENV", "local") == "production"
DEBUG = False

SECRET_KEY = local_secret("DJANGO_SECRET_KEY", run_dir=RUN_DIR, production=PRODUCTION)
# Newest key first: MultiFernet encrypts with the first and decrypts with any.
IGNY8_FIELD_KEYS = local_secret("IGNY8_FIELD_KEYS", run_dir=RUN_DIR, production=PRODUCTION).split(",")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before waffle: its flag commands are overridden by the harness.
    "migration_harness",
    "waffle",
    # Before the console, whose admin takes waffle's switches and the tokens out.
    "rest_framework",
    "rest_framework.authtoken",
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
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "migration_harness.middleware.UnitOfWorkMiddleware",
]

ROOT_URLCONF = "igny8_core.urls"
WSGI_APPLICATION = "igny8_core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL") or embedded.database_url(), conn_max_age=600),
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
CELERY_BEAT_SCHEDULE = {
    "prepare-comparison-partitions": {
        "task": "migration_harness.prepare_partitions",
        "schedule": 3600.0,
    },
    # Rollups are never late for a reader; folding often keeps what is read beside them short.
    "fold-comparisons": {
        "task": "migration_harness.fold",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "remove-old-comparisons": {
        "task": "migration_harness.retain",
        "schedule": 3600.0,
    },
    "reconcile-stores": {
        "task": "migration_harness.reconcile",
        "schedule": 60.0,
    },
    "forecast-the-money": {
        "task": "migration_harness.forecast",
        "schedule": crontab(hour=3, minute=15),
    },
    "start-due-automations": {
        "task": "automation.start_due",
        "schedule": crontab(minute=5),
    },
    "resume-abandoned-automations": {
        "task": "automation.resume_abandoned",
        "schedule": 60.0,
    },
}

WAFFLE_FLAG_MODEL = "migration_harness.Flag"
HARNESS: dict[str, Any] = {
    "PLAN": "igny8_core.migration_plan.PLAN",
    "ACCOUNTS": "igny8_core.auth.directory.accounts",
    "REPLAY": "igny8_core.replay.driver",
    "FORECAST": "igny8_core.forecast.source",
    "LEDGER": "igny8_core.business.billing.services.healing.ledger",
    "RECORDED_USAGE": "igny8_core.business.billing.recorded.usage",
    "REQUEST_ACCOUNT": "igny8_core.auth.directory.account_of_request",
    "LISTEN_URL": os.environ.get("HARNESS_LISTEN_URL", ""),
    "REVISION": os.environ.get("HARNESS_REVISION", ""),
    "FINGERPRINT_KEY": local_secret("HARNESS_FINGERPRINT_KEY", run_dir=RUN_DIR, production=PRODUCTION),
    "KEEP_COMPARISONS_DAYS": 90,
    "KEEP_ROLLUPS_DAYS": 400,
    "KEEP_MINUTES_DAYS": 3,
    # Nobody has to be watched: without one in production, no scraper gets in.
    "METRICS_TOKEN": os.environ.get("HARNESS_METRICS_TOKEN", "")
    if PRODUCTION
    else local_secret("HARNESS_METRICS_TOKEN", run_dir=RUN_DIR, production=PRODUCTION),
}

# What every API of the service shares. Who may use one, and how often, is said by its own endpoints.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # An endpoint that says nothing is not public.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Of an operator's reads; of an account's reads, writes and AI actions.
    "DEFAULT_THROTTLE_RATES": {
        "operator_reads": "600/minute",
        "reads": "600/minute",
        "writes": "300/minute",
        "ai": "60/minute",
        "sign_in": "10/minute",
    },
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "IGNY8",
    "VERSION": "1",
    # The customers' API; the operators' has a generator of its own (dashboards.api.schema).
    "DEFAULT_GENERATOR_CLASS": "igny8_core.api.generator.ServiceSchema",
    # Enumerations that would else have one name.
    "ENUM_NAME_OVERRIDES": {
        "ContentStatus": "igny8_core.modules.writer.models.Content.Status",
        "OptimizationStatus": "igny8_core.business.optimizer.models.OptimizationTask.Status",
        "RunStatus": "igny8_core.business.automation.run_models.RunStatus",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Scripts and styles of the page come from this service, and it asks no other to judge the schema.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "supportedSubmitMethods": ["get"]},
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
LOGGING = logging_config(json=PRODUCTION, level=os.environ.get("IGNY8_LOG_LEVEL", "INFO"))
LOGGING_CONFIG = "logging.config.dictConfig"

UNFOLD = {
    "SITE_TITLE": "IGNY8 migration",
    "SITE_HEADER": "IGNY8",
    "SITE_SUBHEADER": "AI configuration refactor",
    "SITE_SYMBOL": "alt_route",
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_all_applications": True,
        "navigation": [
            {
                "title": "Migration",
                "items": [
                    {
                        "title": "Console",
                        "icon": "monitoring",
                        "link": reverse_lazy("dashboards:overview"),
                        # Its address begins that of the forecast, whose own entry is marked there.
                        "active": lambda request: (
                            request.path.startswith("/migration/")
                            and not request.path.startswith("/migration/forecast/")
                        ),
                    },
                    {"title": "Forecast", "icon": "payments", "link": reverse_lazy("dashboards:forecast")},
                    {
                        "title": "Flags",
                        "icon": "flag",
                        "link": reverse_lazy("admin:migration_harness_flag_changelist"),
                    },
                    {
                        "title": "Audit trail",
                        "icon": "history",
                        "link": reverse_lazy("admin:migration_harness_auditevent_changelist"),
                    },
                    {"title": "REST API", "icon": "api", "link": reverse_lazy("migration-api:docs")},
                ],
            },
            {
                "title": "Service",
                "items": [
                    {
                        "title": "Accounts",
                        "icon": "group",
                        "link": reverse_lazy("admin:igny8_auth_account_changelist"),
                    },
                    {
                        "title": "AI models",
                        "icon": "smart_toy",
                        "link": reverse_lazy("admin:billing_aimodelconfig_changelist"),
                    },
                    {
                        "title": "Retired choices",
                        "icon": "rule",
                        "link": reverse_lazy("admin:system_retired_choices"),
                    },
                    {
                        "title": "Integration providers",
                        "icon": "key",
                        "link": reverse_lazy("admin:billing_integrationprovider_changelist"),
                    },
                    {
                        "title": "Global settings",
                        "icon": "settings",
                        "link": reverse_lazy("admin:system_globalintegrationsettings_changelist"),
                    },
                    {
                        "title": "Ledger",
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:billing_credittransaction_changelist"),
                    },
                ],
            },
        ],
    },
}
