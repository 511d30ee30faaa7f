"""Whether the client came by TLS, as Gunicorn believes it: by a header of a proxy in ``forwarded_allow_ips``."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

from gunicorn.config import Config

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def scheme_of_the_proxy(application: Application, cfg: Config) -> Application:
    """Return the application with the scheme that a trusted proxy names."""
    secure = {f"HTTP_{name.replace('-', '_')}": value for name, value in cfg.secure_scheme_headers.items()}

    def told(variables: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        says_so = any(variables.get(name) == value for name, value in secure.items())
        if says_so and _is_trusted(variables["REMOTE_ADDR"], cfg):
            variables["wsgi.url_scheme"] = "https"
        return application(variables, start_response)

    return told


def _is_trusted(address: str, cfg: Config) -> bool:
    # Whoever reaches a Unix socket is on this machine, and Waitress calls it so.
    if "*" in cfg.forwarded_allow_ips or address == "localhost":
        return True
    return any(ip_address(address) in network for network in cfg.forwarded_allow_networks())
