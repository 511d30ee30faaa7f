"""Stock django-waffle, in a process of its own: the service has replaced its flag model.

``python -m benchmarks.peers.waffle`` prints the figures as JSON. The flag names users, as a cohort does, and
the user of the request is not among them.
"""

import os
from types import SimpleNamespace

import django
from django.conf import settings
from django.core.management import call_command

from benchmarks.report import print_figures
from benchmarks.timing import figure_of, measure

_FLAG = "model-based-credits"
_KEYS = {"KEY_PREFIX": f"bench-{os.getpid()}", "TIMEOUT": 300}


def main() -> None:
    """Measure ``flag_is_active`` with either cache."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "waffle"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", **_KEYS},
            "redis": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": os.environ["BENCHMARK_REDIS_URL"],
                **_KEYS,
            },
        },
    )
    django.setup()
    call_command("migrate", verbosity=0)
    print_figures({
        "waffle.flag_is_active, memory cache": _figure("default"),
        "waffle.flag_is_active, Redis cache": _figure("redis"),
    })


def _figure(cache: str):
    from django.contrib.auth.models import User  # noqa: PLC0415  Django is set up only now.
    from waffle import flag_is_active, get_waffle_flag_model  # noqa: PLC0415

    settings.WAFFLE_CACHE_NAME = cache
    in_cohort, _ = User.objects.get_or_create(username="in the cohort")
    user, _ = User.objects.get_or_create(username="not in the cohort")
    flag, _ = get_waffle_flag_model().objects.get_or_create(name=_FLAG)
    flag.users.set([in_cohort])
    flag.flush()
    request = SimpleNamespace(user=user, GET={}, COOKIES={}, headers={})
    samples = measure({cache: lambda: flag_is_active(request, _FLAG)})
    flag.flush()
    return figure_of(samples[cache])


if __name__ == "__main__":
    main()
