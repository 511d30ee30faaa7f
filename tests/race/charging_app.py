"""A WSGI application whose every request is one charge: for Gunicorn with preload."""

from itertools import count
from os import getpid

from django.core.wsgi import get_wsgi_application

get_wsgi_application()

from igny8_core.auth.models import Account  # noqa: E402  After the set-up.
from tests.race.charger import charge_once  # noqa: E402

_numbers = count()


def application(environ, start_response):
    number = next(_numbers)
    accounts = list(Account.objects.order_by("pk"))
    charge_once(accounts[number % len(accounts)], f"load:web:{getpid()}:{number}")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"charged"]
