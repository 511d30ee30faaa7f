"""Stock django-waffle, with its own flag model, which the service has replaced.

The flag names users, as a cohort names accounts, and the user of the request is not among them. The flag is
in the cache already; the database is not asked.
"""

from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from waffle import flag_is_active
from waffle.models import Flag

from benchmarks.timing import Figure, figure_of, measure

_FLAG = "asked-of-waffle"


def figures() -> dict[str, Figure]:
    """Return microseconds of ``flag_is_active`` with either cache."""
    call_command("migrate", verbosity=0)
    user = User.objects.create(username="not in the cohort")
    flag = Flag.objects.create(name=_FLAG)
    flag.users.add(User.objects.create(username="in the cohort"))
    caches = {
        "waffle.flag_is_active, memory cache": "default",
        "waffle.flag_is_active, Redis cache": "redis",
    }
    return {name: _figure(flag, user, cache=cache) for name, cache in caches.items()}


def _figure(flag: Flag, user: User, *, cache: str) -> Figure:
    settings.WAFFLE_CACHE_NAME = cache
    request = SimpleNamespace(user=user, GET={}, COOKIES={}, headers={})
    samples = measure({cache: lambda: flag_is_active(request, _FLAG)})
    flag.flush()
    return figure_of(samples[cache])
