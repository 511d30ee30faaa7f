"""Whom the server believes that the client came by TLS."""

import pytest
from gunicorn.config import Config

from igny8_core.web.forwarded import scheme_of_the_proxy


def scheme(*, proxies, address="127.0.0.1", **headers):
    """The scheme that the application is told."""
    config = Config()
    config.set("forwarded_allow_ips", proxies)
    environ = {"REMOTE_ADDR": address, "wsgi.url_scheme": "http", **headers}
    scheme_of_the_proxy(lambda *_: [], config)(environ, None)
    return environ["wsgi.url_scheme"]


class TestScheme:
    @pytest.mark.parametrize(
        ("proxies", "address"),
        [
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1,::1", "::1"),
            ("10.0.0.0/8", "10.1.2.3"),
            ("*", "192.0.2.1"),
            ("", "localhost"),
        ],
    )
    def test_is_that_of_a_proxy_that_is_trusted(self, proxies, address):
        assert scheme(proxies=proxies, address=address, HTTP_X_FORWARDED_PROTO="https") == "https"
        assert scheme(proxies=proxies, address=address, HTTP_X_FORWARDED_PROTO="http") == "http"
        assert scheme(proxies=proxies, address=address) == "http"

    @pytest.mark.parametrize(("proxies", "address"), [("127.0.0.1", "192.0.2.1"), ("10.0.0.0/8", "::1"), ("", "::1")])
    def test_is_not_that_of_anybody_else(self, proxies, address):
        assert scheme(proxies=proxies, address=address, HTTP_X_FORWARDED_PROTO="https") == "http"
