"""Who may guess how often, how a password has to be, how long an operator stays signed in."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from igny8_core.settings.reading import whole_of

# The second one judges no password, for the first says no for it: sessions of the revision before name it.
AUTHENTICATION_BACKENDS = [
    "igny8_core.auth.signing_in.backend.GuardedBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# The same for all who sign in: who is a customer today may be an operator tomorrow.
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Proxies in front of the service: whose X-Forwarded-For is believed, see rest_api.addresses.
NUM_PROXIES = whole_of("NUM_PROXIES", os.environ, default=0)
# Whether every operator has to have a second factor; nothing else than "yes" or "no" is taken.
_REQUIRED = os.environ.get("IGNY8_SECOND_FACTOR_REQUIRED") or "no"
if _REQUIRED not in ("yes", "no"):
    raise ImproperlyConfigured(f"IGNY8_SECOND_FACTOR_REQUIRED is {_REQUIRED!r}. It must be yes or no.")
IGNY8_SECOND_FACTOR_REQUIRED = _REQUIRED == "yes"
# After so long an operator signs in again: since the sign-in, and since the last request.
IGNY8_OPERATOR_SESSION_MINUTES = whole_of("IGNY8_OPERATOR_SESSION_MINUTES", os.environ, default=480, least=1)
IGNY8_OPERATOR_IDLE_MINUTES = whole_of("IGNY8_OPERATOR_IDLE_MINUTES", os.environ, default=30, least=1)
# A row of the database signs nobody in.
SESSION_ENGINE = "igny8_core.auth.signing_in.kept_sessions"
