"""Where requests to providers go, whatever a name leads to and a provider answers."""

import socket
import ssl

import httpcore2
import httpx2
import pytest

from igny8_core.ai import exceptions
from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.ai.providers import http, openai, runware
from igny8_core.ai.providers.endpoint import endpoint_of
from igny8_core.ai.providers.http import client_for
from igny8_core.ai.providers.reaching import LeadsInside, PublicOnly, is_public
from igny8_core.ai.providers.results import ImageLook
from igny8_core.business.billing.models import IntegrationProvider
from migration_harness.secret import Secret

from ...receiver import Receiver, status

INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::1",
    "2001:db8::1", "no address",
    # Of IPv6 that nobody has: sites of old, and IPv4 in a form that nobody sends to any more.
    "fec0::1", "::7f00:1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "3fff::1", "2001:0:a00:1::",
    # What a cloud answers to each of its machines, at addresses that look like anybody's.
    "168.63.129.16", "192.0.0.192", "64:ff9b::a83f:8110", "192.88.99.1",
    # What a resolver would read as an address, and who looked at it not.
    "2130706433", "0x7f.1", "0177.0.0.1", "127.1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


class Names:
    """A resolver that answers what a test says, each question anew."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, host, port, *args, **kwargs):
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answer]


def sent_with(monkeypatch, *answers, fails=()):
    """Ask for a page of api.openai.com; returns where it was sent."""
    sent = []

    def answer(request):
        sent.append(request)
        if request.url.host in fails:
            raise httpx2.ConnectError("no", request=request)
        return httpx2.Response(200, text="done")

    names = Names(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", names)
    with httpx2.Client(transport=PublicOnly(httpx2.MockTransport(answer))) as client:
        client.post("https://api.openai.com:8443/v1/x?y=1", content=b"body", headers={"Authorization": "Bearer k"})
    return sent, names


class TestAddress:
    @pytest.mark.parametrize("address", INSIDE)
    def test_inside_is_not_public(self, address):
        assert not is_public(address)

    @pytest.mark.parametrize("address", PUBLIC)
    def test_of_the_internet_is(self, address):
        assert is_public(address)


class TestRequest:
    def test_is_sent_to_the_address_that_was_looked_at(self, monkeypatch):
        # A name that leads inside when it is asked for once more.
        (request,), names = sent_with(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
        assert str(request.url) == "https://8.8.8.8:8443/v1/x?y=1"
        assert (request.headers["Host"], request.extensions["sni_hostname"]) == (
            "api.openai.com:8443",
            "api.openai.com",
        )
        assert (request.method, request.read(), names.asked) == ("POST", b"body", ["api.openai.com"])

    def test_goes_on_to_the_next_address_where_one_cannot_be_reached(self, monkeypatch):
        sent, _ = sent_with(monkeypatch, ["8.8.8.8", "8.8.4.4"], fails=["8.8.8.8"])
        assert [each.url.host for each in sent] == ["8.8.8.8", "8.8.4.4"]

    @pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1"])
    def test_is_not_sent_where_any_address_is_inside(self, monkeypatch, inside):
        with pytest.raises(LeadsInside):
            sent_with(monkeypatch, ["8.8.8.8", inside])

    def test_of_a_name_that_nobody_knows_cannot_be_sent(self, monkeypatch):
        def unknown(*_args, **_kwargs):
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with httpx2.Client(transport=PublicOnly(httpx2.HTTPTransport())) as client, pytest.raises(httpx2.ConnectError):
            client.get("https://api.openai.com/")


@pytest.mark.django_db
class TestProvider:
    def endpoint(self, address, settings, *, hosts=(), private=()):
        settings.IGNY8_PROVIDER_HOSTS, settings.IGNY8_PRIVATE_HOSTS = list(hosts), list(private)
        IntegrationProvider.objects.create(pk="openai", provider_type="ai", base_url=address)
        return endpoint_of(provider="openai", key=Secret("sk-real"))

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:2/v1", "https://evil.example/v1", "http://api.openai.com/v1"]
    )
    def test_at_an_address_that_the_settings_do_not_allow_is_not_asked(self, settings, address):
        with pytest.raises(exceptions.ProviderAddressRefused, match="is not asked") as raised:
            self.endpoint(address, settings, hosts=["api.openai.com"])
        assert "sk-real" not in str(raised.value)

    def test_whose_name_leads_inside_is_not_asked(self, settings, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", Names(["169.254.169.254"]))
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        endpoint = self.endpoint("https://inside.example/v1", settings, hosts=["inside.example"])
        with client_for(endpoint) as client, pytest.raises(LeadsInside):
            client.get(endpoint.base_url)

    @pytest.mark.parametrize(
        "address",
        [
            "https://api.openai.com@evil.example/v1", "https://evil.example#@api.openai.com/", "https://api.openai.com../v1",
            "https://api.openai.com%2eevil.example/", "https://api.openai.com\\@evil.example/", "https:///api.openai.com/",
            "https://\u0430pi.openai.com/v1", "https://xn--pi-7lc.openai.com/v1", "https://api.openai.com:0/v1",
            "https://api.openai.com:65979/v1", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0.0.0.0/",
            "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/", "//api.openai.com/v1",
        ],
    )  # fmt: skip
    def test_at_an_address_that_only_looks_like_an_allowed_one_is_not_asked(self, settings, address):
        with pytest.raises(exceptions.ProviderAddressRefused):
            self.endpoint(address, settings, hosts=["api.openai.com"])

    @pytest.mark.parametrize("named", ["xn--bcher-kva.example", "XN--BCHER-KVA.example.", "xn--bcher-kva.example:8443"])
    def test_in_other_letters_is_named_resolved_and_asked_by_the_name_on_the_wire(self, settings, monkeypatch, named):
        endpoint = self.endpoint("https://xn--bcher-kva.example:8443/v1", settings, hosts=[named])
        sent, names = [], Names(["8.8.8.8"])
        monkeypatch.setattr(socket, "getaddrinfo", names)
        transport = PublicOnly(httpx2.MockTransport(lambda request: sent.append(request) or httpx2.Response(200)))
        with httpx2.Client(transport=transport) as client:
            client.get(endpoint.base_url)
        assert (names.asked, [each.extensions["sni_hostname"] for each in sent]) == (["xn--bcher-kva.example"],) * 2

    @pytest.mark.parametrize("named", ["gateway.inside:8080", "[fd00::7]:8080"])
    def test_that_is_allowed_by_name_and_port_is_asked_at_no_other_port(self, settings, named):
        assert self.endpoint(f"http://{named}/v1", settings, private=[named]).may_be_private
        IntegrationProvider.objects.all().delete()
        with pytest.raises(exceptions.ProviderAddressRefused):
            self.endpoint(f"http://{named.replace('8080', '22')}/v1", settings, private=[named])

    @pytest.mark.parametrize(
        "address",
        [
            "https://API.openai.com/v1",
            "https://api.openai.com./v1",
            "https://api.openai.com:443/v2",
            "https://api.runware.ai",
        ],
    )
    def test_of_its_own_is_not_asked_with_the_demos_key_however_it_is_written(self, settings, address):
        settings.IGNY8_PROVIDER_HOSTS = ["api.openai.com", "api.runware.ai"]
        IntegrationProvider.objects.create(pk="openai", provider_type="ai", base_url=address)
        with pytest.raises(exceptions.ProviderKeyMissing, match="demo key"):
            endpoint_of(provider="openai", key=Secret(DEMO_KEYS["openai"]))

    def test_that_is_allowed_by_name_may_be_inside(self, settings):
        assert self.endpoint("http://127.0.0.1:1/v1", settings, private=["127.0.0.1"]).may_be_private


ASK = {
    "openai, a text": lambda endpoint: openai.complete(
        endpoint=endpoint, model="gpt-5.1", system="", prompt="x", max_tokens=9, temperature=None, json_mode=False
    ),
    "openai, an image": lambda endpoint: openai.generate_image(
        endpoint=endpoint, model="dall-e-3", prompt="x", size="1024x1024", look=ImageLook()
    ),
    "runware, an image": lambda endpoint: runware.generate_image(
        endpoint=endpoint, model="runware:97@1", prompt="x", size="1024x1024"
    ),
}


@pytest.mark.django_db
class TestRedirect:
    """An allowed host that sends the key elsewhere: over real HTTP, since a client of its own may follow."""

    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
    def test_is_not_followed(self, settings, ask, code):
        with Receiver() as inside, Receiver(status(code, Location=f"{inside.url}/latest")) as allowed:
            endpoint = TestProvider().endpoint(allowed.url, settings, private=["127.0.0.1"])
            with pytest.raises(exceptions.ProviderRefused, match=f"status {code}"):
                ask(endpoint)
            assert ([each.headers["authorization"] for each in allowed.came], inside.came) == (["Bearer sk-real"], [])


class TestAuthorities:
    def test_are_read_once_in_a_process_and_asked_each_time(self, monkeypatch, settings, db):
        read = []
        monkeypatch.setattr(
            httpcore2, "default_ssl_context", lambda **_: read.append(1) or ssl.create_default_context()
        )
        http._trusted.cache_clear()
        endpoint = TestProvider().endpoint("http://127.0.0.1:1/v1", settings, private=["127.0.0.1"])
        for _ in range(3):
            client_for(endpoint).close()
        assert len(read) == 1
        assert (http._trusted().verify_mode, http._trusted().check_hostname) == (ssl.CERT_REQUIRED, True)
