"""Browsers that try to sign in, from an address, by each of the two pages that ask for a password."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

CONSOLE = "/migration/"
ADMIN = "/admin/login/"
REST = "/api/v1/auth/login/"
PASSWORD = "a good long sentence"
WAYS = [pytest.param(ADMIN, id="admin"), pytest.param(REST, id="rest")]


class Browser:
    """One browser with its cookies."""

    def __init__(self, way, *, address="198.51.100.1"):
        self.way, self.address = way, address
        self.client = APIClient() if way == REST else Client()

    def attempt(self, name, password=PASSWORD, code="", **headers):
        """Try to sign in; returns ``in``, ``wrong`` or ``held up``, and keeps what was told."""
        sent = {"username": name, "password": password, "code": code}
        options = {"REMOTE_ADDR": self.address, **headers}
        if self.way == REST:
            answer = self.client.post(REST, sent, format="json", **options)
            self.told = answer.json().get("message", "")
            return {200: "in", 401: "wrong", 429: "held up"}[answer.status_code]
        answer = self.client.post(ADMIN, sent, **options)
        self.told = " ".join(answer.context["form"].non_field_errors()) if answer.status_code == 200 else ""
        if answer.status_code == 302:
            return "in"
        return "held up" if "Try again in" in self.told else "wrong"

    def sign_out(self):
        """As the page does it: the session goes, and whatever else the browser has stays."""
        self.client.cookies.pop("sessionid")

    def is_in(self):
        return self.client.get(CONSOLE, REMOTE_ADDR=self.address).status_code == 200
