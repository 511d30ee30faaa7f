"""What the frontend asks."""

from igny8_core.auth.models import Account
from migration_harness.control.flips import FlagChange, change_flag

API = "/api/v1/"
ME = f"{API}auth/me/"
LOGIN = f"{API}auth/login/"
LOGOUT = f"{API}auth/logout/"
MODELS = f"{API}system/ai-models/"
SETTINGS = f"{API}system/settings/"
NAME, PASSWORD = "cora", "a long password"
CREDITS = ("model-selection", "model-based-credits")
FLAGS = (*CREDITS, "ai-models-endpoint", "dynamic-model-choices")


def named(name):
    return Account.objects.select_related("plan").get(name=name)


def switch_on(account, *flags):
    for flag in flags:
        change_flag(name=flag, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")


def post(browser, url, body=None):
    token = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else ""
    return browser.post(url, body or {}, format="json", HTTP_X_CSRFTOKEN=token)


def sign_in(browser, *, password=PASSWORD):
    browser.get(ME)
    return post(browser, LOGIN, {"username": NAME, "password": password})
