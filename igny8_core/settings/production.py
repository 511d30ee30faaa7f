"""What holds where customers are served: HTTPS alone, behind a proxy that says so."""

import os

from igny8_core.settings.reading import header_of, seconds_of

SECURE_SSL_REDIRECT = True
# A prober inside asks without HTTPS, and is told states alone.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = header_of("IGNY8_PROXY_HEADER", os.environ)
SECURE_HSTS_SECONDS = seconds_of("IGNY8_HSTS_SECONDS", os.environ, default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
