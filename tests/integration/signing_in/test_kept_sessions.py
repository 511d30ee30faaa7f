"""What is kept of a session: nothing by which somebody else is signed in."""

import asyncio

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.test import Client

from igny8_core.auth.models import User
from igny8_core.auth.signing_in.kept_sessions import SessionStore

PAGE = "/migration/"


@pytest.fixture
def root(client, demo):
    client.force_login(User.objects.create_superuser("root", password="x"))
    assert client.get(PAGE).status_code == 200
    return client


def with_cookie(key):
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = key
    return other


class TestSession:
    def test_is_kept_under_another_key_than_the_browsers(self, root):
        (row,) = Session.objects.all()
        shown = root.cookies[settings.SESSION_COOKIE_NAME].value
        assert shown not in (row.session_key, row.session_data)
        assert with_cookie(shown).get(PAGE).status_code == 200

    def test_signs_nobody_in_who_has_read_it(self, root):
        (row,) = Session.objects.all()
        assert with_cookie(row.session_key).get(PAGE).status_code == 302

    def test_of_before_it_was_kept_so_signs_nobody_in(self, root):
        before = DatabaseSessions()
        before.update(root.session.items())
        before.create()
        assert with_cookie(before.session_key).get(PAGE).status_code == 302

    def test_is_gone_when_its_user_signs_out(self, root):
        shown = root.cookies[settings.SESSION_COOKIE_NAME].value
        root.post("/admin/logout/")
        assert not SessionStore().exists(shown)
        assert with_cookie(shown).get(PAGE).status_code == 302
        assert not Session.objects.exists()

    def test_has_another_key_after_it_was_cycled_and_the_same_content(self, demo):
        store = SessionStore()
        store["who"] = "ada"
        store.create()
        before = store.session_key
        store.cycle_key()
        assert (SessionStore(before).load(), SessionStore(store.session_key).load()) == ({}, {"who": "ada"})

    @pytest.mark.django_db(transaction=True)
    def test_is_the_same_for_who_awaits_it(self):
        async def made():
            store = SessionStore()
            await store.aset("who", "ada")
            await store.acreate()
            return store.session_key, await SessionStore(store.session_key).aload()

        key, content = asyncio.run(made())
        assert content == SessionStore(key).load() == {"who": "ada"}
        assert not Session.objects.filter(session_key=key).exists()
        asyncio.run(SessionStore(key).adelete())
        assert (asyncio.run(SessionStore().aexists(key)), Session.objects.count()) == (False, 0)
