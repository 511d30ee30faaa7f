"""What a program gets for the token that it sends, from both REST APIs."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time
from rest_framework.test import APIClient

from dashboards.api import urls
from igny8_core.auth.models import Account, Plan, User
from migration_harness.models import ApiToken, AuditEvent
from migration_harness.tokens.holding import make_token, revoke_token
from migration_harness.trail.audit import verified
from tests.people import trusted
from tests.tokens import token_of

OPERATORS = "/api/v1/migration/status/"
CUSTOMERS = "/api/v1/accounts/me/"
DRILL = "/api/v1/migration/drill/"
OF_BEFORE = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
"""A token as the framework made them: forty characters, kept as they are."""


VALUES = {"name": "model-based-credits", "signature": "0123456789ab", "number": 1, "gate": "finance"}
WRITES = [
    pytest.param(pattern, method, id=f"{method}-{pattern.name}")
    for pattern in urls.urlpatterns
    for method in ("post", "put", "patch", "delete")
    if hasattr(pattern.callback.view_class, method)
]


def ask(url, token, scheme="Bearer"):
    return APIClient(HTTP_AUTHORIZATION=f"{scheme} {token}").get(url)


def told(response):
    return response.json()["message"]


@pytest.fixture
def operator(db):
    return trusted("ada", password="a good long sentence")


@pytest.fixture
def customer(db):
    account = Account.objects.create(name="Blue Harbour", plan=Plan.objects.create(name="Pro", included_credits=0))
    return User.objects.create_user("blue", password="a good long sentence", account=account)


@pytest.fixture(params=[OPERATORS, CUSTOMERS], ids=["operators", "customers"])
def url(request):
    return request.param


@pytest.fixture
def user(url, request):
    return request.getfixturevalue("operator" if url == OPERATORS else "customer")


def by_set_password(user):
    user.set_password("another long sentence")
    user.save()


def by_the_command(user):
    call_command("shell", "-c", f"from igny8_core.auth.models import User; u = User.objects.get(pk={user.pk}); "
                 "u.set_password('another long sentence'); u.save()", verbosity=0)  # fmt: skip


def by_sql(user):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE igny8_auth_user SET password = 'md5$x$y' WHERE id = %s", [user.pk])


def by_locking_it(user):
    user.set_unusable_password()
    user.save()


class TestToken:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token"])
    def test_lets_its_user_in(self, url, user, scheme):
        assert ask(url, token_of(user), scheme).status_code == 200

    @pytest.mark.parametrize(
        "sent",
        ["", "mh_", "nobody", "mh_00000000_" + "0" * 64, OF_BEFORE, "\xe9" * 40, "a b", "mh_00000000_" + "0" * 65],
    )
    def test_that_nobody_made_is_refused(self, url, user, sent):
        answer = ask(url, sent)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    def test_of_before_is_refused_with_what_to_do(self, url, user):
        assert "harness token create" in told(ask(url, OF_BEFORE, "Token"))

    def test_that_has_expired_is_refused_and_says_so(self, url, user):
        token = token_of(user, days=1)
        with freeze_time(timezone.now() + timedelta(days=1)):
            assert (ask(url, token).status_code, "has expired" in told(ask(url, token))) == (401, True)

    def test_that_was_revoked_is_refused_and_says_so(self, url, user):
        token = token_of(user)
        revoke_token(prefix=token[:11], actor="eve")
        assert (ask(url, token).status_code, "was revoked" in told(ask(url, token))) == (401, True)

    @pytest.mark.parametrize("change", [by_set_password, by_the_command, by_sql, by_locking_it])
    def test_ends_with_the_password_whoever_changes_it(self, url, user, change):
        token = token_of(user)
        change(user)
        answer = ask(url, token)
        assert (answer.status_code, "password was changed" in told(answer)) == (401, True)

    def test_ends_with_its_user(self, url, user):
        token = token_of(user)
        user.is_active = False
        user.save()
        assert ask(url, token).status_code == 401
        user.delete()
        assert ask(url, token).status_code == 401

    def test_outlives_a_secret_key_that_is_kept_as_a_fallback(self, url, user):
        token = token_of(user)
        with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            assert ask(url, token).status_code == 200
        with override_settings(SECRET_KEY="another"):
            assert ask(url, token).status_code == 401

    def test_is_in_no_column_of_the_database(self, user):
        token = token_of(user)
        (row,) = ApiToken.objects.values()
        secret = token.rsplit("_", 1)[1]
        assert [name for name, value in row.items() if secret[:16] in str(value)] == []
        # What a dump has is no token.
        for kept in (row["hash"], row["prefix"], f"{row['prefix']}_{row['hash']}", row["password_seal"]):
            assert ask(OPERATORS, kept).status_code == 401

    def test_says_when_it_was_used_and_writes_that_once_a_minute(self, url, user):
        token, start = token_of(user), timezone.now()
        ApiToken.objects.update(last_used_at=None)
        for seconds, noted in ((0, 0), (59, 0), (61, 61), (90, 61)):
            with freeze_time(start + timedelta(seconds=seconds)):
                ask(url, token)
            assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=noted)

    def test_is_accepted_where_its_use_cannot_be_noted(self, url, user, monkeypatch):
        token = token_of(user)
        ApiToken.objects.update(last_used_at=None)

        def refuse(*_, **__):
            raise DatabaseError

        monkeypatch.setattr("django.db.models.query.QuerySet.update", refuse)
        assert ask(url, token).status_code == 200


class TestScope:
    """Every address of the operators' API, so that a new endpoint cannot be forgotten."""

    @pytest.mark.parametrize("scopes", [["operate"], ["approve"], ["operate", "approve"]])
    def test_read_is_needed_to_look(self, url, user, scopes):
        answer = ask(url, token_of(user, scopes=scopes))
        assert (answer.status_code, "lacks the scope read" in told(answer)) == (403, True)

    @pytest.mark.parametrize(("pattern", "method"), WRITES)
    def test_of_reading_writes_nowhere(self, operator, pattern, method):
        converters = pattern.pattern.converters
        url = reverse(f"migration-api:{pattern.name}", kwargs={name: VALUES[name] for name in converters})
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(operator, scopes=['read'])}")
        events = AuditEvent.objects.count()
        answer = getattr(client, method)(url, {}, format="json")
        second_person = str(pattern.pattern).startswith(("approvals/", "explanations/", "forecast/"))
        needed = "gate" if pattern.name == "gate" else "approve" if second_person else "operate"
        assert (answer.status_code, f"lacks the scope {needed}" in told(answer)) == (403, True), answer.content
        assert AuditEvent.objects.count() == events

    def test_operate_is_no_second_persons_word(self, operator):
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(operator, scopes=['read', 'operate'])}")
        answer = client.post("/api/v1/migration/explanations/1/decision/", {}, format="json")
        assert (answer.status_code, "lacks the scope approve" in told(answer)) == (403, True)
        assert client.post(DRILL, {}, format="json").status_code == 200

    def test_is_asked_of_a_customers_token_too(self, customer):
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(customer, scopes=['read'])}")
        answer = client.post("/api/v1/accounts/sites/", {"name": "New"}, format="json")
        assert (answer.status_code, "lacks the scope operate" in told(answer)) == (403, True)

    def test_is_not_asked_of_a_session(self, operator):
        client = APIClient()
        client.force_login(operator)
        assert client.post(DRILL, {}, format="json").status_code == 200


class TestTableOfBefore:
    def test_is_emptied_and_left_for_the_revision_before(self, db):
        from importlib import import_module

        migration = import_module("igny8_core.auth.migrations.0003_no_clear_text_tokens").Migration
        (operation,) = migration.operations
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY)")
            cursor.execute("INSERT INTO authtoken_token VALUES (%s)", [OF_BEFORE])
            cursor.execute(operation.sql)
            cursor.execute("SELECT count(*) FROM authtoken_token")
            assert cursor.fetchone() == (0,)
            cursor.execute("DROP TABLE authtoken_token")
            cursor.execute(operation.sql)


class TestTrail:
    def test_has_who_made_and_who_revoked_a_token_and_never_its_text(self, operator):
        made = make_token(username="ada", name="deploys", scopes=["operate"], actor="root", days=7)
        revoke_token(prefix=made.text.prefix, actor="eve", reason="leaked")
        events = AuditEvent.objects.filter(subject=made.text.prefix).order_by("id")
        assert [(e.actor, e.action, e.reason) for e in events] == [
            ("root", "make token", ""),
            ("eve", "revoke token", "leaked"),
        ]
        assert (events[0].after["user"], events[0].after["scopes"]) == ("ada", ["operate"])
        assert verified().events == AuditEvent.objects.count()
        secret = made.text.secret.rsplit("_", 1)[1]
        assert all(secret not in str(vars(each)) for each in events)
