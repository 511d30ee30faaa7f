"""Who is told: what the setting ``HARNESS["NOTICES"]`` says.

=====================  ==============================================================================================
``url``                where notices are sent as signed webhooks; empty: nowhere
``secret``             what webhooks are signed with, ``whsec_`` and 24 to 64 random bytes in base64: text or a
                       :class:`~migration_harness.secret.Secret`, or a list of them while one is being replaced
``emails``             addresses that are told by Django's mail
``heads_url``          where heads of the audit trail are sent, as signed webhooks; empty: nowhere
``confirm_url``        who is asked before a step of a rollout; empty: nobody, and every step is allowed
``timeout_seconds``    how long one attempt, or one answer, may take as a whole, from 1 to 60; 10
``plain_hosts``        hosts that may be reached by http, besides this machine; everybody else by https alone
``give_up_days``       for how many days a notice is tried again, from 1 to 30; 3
``keep_days``          for how many days notices are kept, however they ended; 90
=====================  ==============================================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from migration_harness.conf import setting
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.rollout.notices.signing import require_key
from migration_harness.secret import Secret

_DEFAULTS: Final[Mapping[str, Any]] = {
    "url": "",
    "secret": "",
    "emails": (),
    "heads_url": "",
    "confirm_url": "",
    "timeout_seconds": 10,
    "plain_hosts": (),
    "give_up_days": 3,
    "keep_days": 90,
}
_MOST_PORT: Final = 65_535
_BOUNDS: Final = {"timeout_seconds": (1, 60), "give_up_days": (1, 30), "keep_days": (1, 3_650)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that webhooks go to. Its path may be as good as a password, so only the host is ever shown."""

    url: str = field(repr=False)
    host: str
    is_here: bool
    """Whether it is reached in clear or on this machine: through no proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """Who is told, and how long that may take."""

    webhook: Endpoint | None
    heads: Endpoint | None
    confirm: Endpoint | None
    secrets: tuple[Secret, ...]
    emails: tuple[str, ...]
    timeout_seconds: int
    give_up_days: int
    keep_days: int

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """Everybody who is told of each notice but of heads: the channel, and the address where it has several."""
        webhook = [("webhook", "")] if self.webhook else []
        return [*webhook, *(("email", each) for each in self.emails)]

    @property
    def keepers(self) -> list[tuple[str, str]]:
        """Everybody who keeps heads of the trail."""
        return [("heads", "")] if self.heads else []


def receivers() -> Receivers:
    """Return who is told, by the settings; raises HarnessMisconfigured, without what might be a secret."""
    _require_known_keys()
    plain = _texts("plain_hosts")
    webhook, heads, confirm = (_endpoint(name, plain_hosts=plain) for name in ("url", "heads_url", "confirm_url"))
    secrets = _secrets()
    if (webhook or heads or confirm) and not secrets:
        raise HarnessMisconfigured(
            'HARNESS["NOTICES"] has an address and no secret: nobody could tell its webhooks from anybody\'s. '
            'Set "secret".'
        )
    return Receivers(
        webhook=webhook,
        heads=heads,
        confirm=confirm,
        secrets=secrets,
        emails=_emails(),
        **{name: _whole(name) for name in _BOUNDS},
    )


def _said(name: str) -> Any:
    """Return what the settings say. No variable here holds all of it, or a secret: a traceback may show variables."""
    return (setting("NOTICES") or {}).get(name, _DEFAULTS[name])


def _require_known_keys() -> None:
    known = f"It may have: {', '.join(_DEFAULTS)}."
    if not isinstance(setting("NOTICES") or {}, Mapping):
        raise HarnessMisconfigured(f'HARNESS["NOTICES"] is no dictionary. {known}')
    if unknown := sorted(map(str, (setting("NOTICES") or {}).keys() - _DEFAULTS.keys())):
        raise HarnessMisconfigured(f'HARNESS["NOTICES"] has unknown keys: {", ".join(unknown)}. {known}')


def _endpoint(name: str, *, plain_hosts: tuple[str, ...]) -> Endpoint | None:
    url = _said(name)
    if url in ("", None):
        return None
    # Read by what will send to it: two readers may see two hosts in one address.
    import httpx2  # noqa: PLC0415  A rollback at the prompt waits for no client where nobody is told.

    try:
        parts = httpx2.URL(url if isinstance(url, str) else "")
    except httpx2.InvalidURL:
        raise _wrong(name, "no address") from None
    host = parts.host
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise _wrong(name, "no address of the web")
    if "\\" in url or not 0 < (1 if parts.port is None else parts.port) <= _MOST_PORT:
        raise _wrong(name, "no address of the web")
    if parts.userinfo or parts.fragment:
        raise _wrong(name, "an address with a name, a password or a fragment")
    is_here = _is_loopback(host) or host in plain_hosts
    if parts.scheme == "http" and not is_here:
        raise _wrong(name, f"an address by http at {host}, which plain_hosts does not have")
    return Endpoint(url=url, host=host, is_here=is_here)


def _wrong(name: str, what: str) -> HarnessMisconfigured:
    return HarnessMisconfigured(
        f'HARNESS["NOTICES"]["{name}"] is {what}: give it an address that begins with https://.'
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secrets() -> tuple[Secret, ...]:
    if not all(isinstance(each, str | Secret) for each in _listed(_said("secret"))):
        raise HarnessMisconfigured('HARNESS["NOTICES"]["secret"] is neither text nor a list of it.')
    secrets = tuple(each if isinstance(each, Secret) else Secret(each) for each in _listed(_said("secret")) if each)
    for each in secrets:
        require_key(each)
    return secrets


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _emails() -> tuple[str, ...]:
    found = _texts("emails")
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            raise HarnessMisconfigured(f'HARNESS["NOTICES"]["emails"] has {each!r}, which is no address.') from None
    return found


def _texts(name: str) -> tuple[str, ...]:
    given = _said(name)
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) and each for each in given):
        raise HarnessMisconfigured(f'HARNESS["NOTICES"]["{name}"] is no list of texts.')
    return tuple(dict.fromkeys(given))


def _whole(name: str) -> int:
    given, (least, most) = _said(name), _BOUNDS[name]
    if type(given) is not int or not least <= given <= most:
        raise HarnessMisconfigured(
            f'HARNESS["NOTICES"]["{name}"] is {given!r}: give it a whole number, {least} to {most}.'
        )
    return given
