"""The page of certificates: one is made and downloaded there, and one that is brought is checked there."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dashboards.certifying import forms
from migration_harness.certificate.checking import check, check_page

from ..certificate.conftest import lived as lived  # noqa: PLC0414  The fixture.
from ..certificate.conftest import made as made  # noqa: PLC0414
from ..certificate.conftest import private as private  # noqa: PLC0414
from ..rollout.conftest import real_gates as real_gates  # noqa: PLC0414
from .browser import confirm, words

PAGE, MAKE = reverse("dashboards:certificate"), reverse("dashboards:certificate-make")


def sent(client, text, key):
    return client.post(PAGE, {"file": SimpleUploadedFile("certificate.json", text), "key": key})


class TestMaking:
    @pytest.fixture
    def with_key(self, settings, private):
        settings.HARNESS = settings.HARNESS | {"CERTIFICATE_KEY": str(private)}

    def test_brings_a_certificate_that_holds_and_its_page(self, operator, with_key, demo):
        response = confirm(operator, MAKE)
        assert response["Content-Type"] == "application/zip"
        with ZipFile(BytesIO(response.content)) as packed:
            text, page = (packed.read(name) for name in ("certificate.json", "certificate.json.html"))
        key = words(operator.get(MAKE)).split("Signed with ")[1].split()[0]
        assert all(each.holds for each in check(text, public=key))
        assert check_page(text, page=page.decode()).holds

    def test_without_a_key_says_how_to_make_one(self, operator, demo):
        assert "names no private key: make one with" in words(operator.get(MAKE))

    def test_with_a_key_that_is_open_to_others_quotes_nothing_of_it(self, operator, with_key, private, demo):
        private.chmod(0o644)
        text = words(operator.get(MAKE))
        assert "is open to others on this machine" in text
        assert "PRIVATE KEY" not in text


class TestChecking:
    def test_of_a_whole_one_says_that_it_holds(self, operator, made):
        assert "The certificate holds." in words(sent(operator, made.path.read_bytes(), made.key))

    def test_of_one_with_a_changed_byte_says_that_it_does_not(self, operator, made):
        changed = made.path.read_bytes().replace(b'"ann"', b'"eve"', 1)
        assert "The certificate does not hold." in words(sent(operator, changed, made.key))

    def test_by_another_key_says_that_it_does_not(self, operator, made):
        assert "The certificate does not hold." in words(sent(operator, made.path.read_bytes(), "0" * 64))

    @pytest.mark.parametrize("text", [b"\xff\x00", b"[" * 100_000, b"{}", b"null"])
    def test_of_something_else_says_that_it_is_none(self, operator, text):
        assert "The certificate does not hold." in words(sent(operator, text, "0" * 64))

    @pytest.mark.parametrize("key", ["", "abc", "/etc/passwd", "z" * 64])
    def test_wants_a_key_and_never_reads_a_file_by_its_name(self, operator, made, key):
        response = sent(operator, made.path.read_bytes(), key)
        assert response.status_code == 400
        assert "What was checked" not in words(response)

    def test_of_a_file_that_is_too_large_names_the_command(self, operator, made, monkeypatch):
        monkeypatch.setattr(forms, "MOST_BYTES", 10)
        assert "harness certificate verify" in words(sent(operator, made.path.read_bytes(), made.key))
