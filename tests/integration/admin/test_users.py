"""Users and groups in the admin: superusers alone say who may what."""

import pytest
from django.contrib.auth.models import Group

from igny8_core.auth.models import User
from tests.people import APPROVER, OPERATOR, person

ALL = tuple(f"{verb}_{what}" for verb in ("add", "change", "delete", "view") for what in ("user", "group"))
CHANGES = tuple(f"{'auth' if name.endswith('group') else 'igny8_auth'}.{name}" for name in ALL)
NEW = {"username": "zoe", "password1": "a good long sentence", "password2": "a good long sentence"}


def page(user, rest="change/"):
    return f"/admin/igny8_auth/user/{user.pk}/{rest}"


def filled(client, address, **changes):
    """Send a user's form as a browser would, with some of it changed, whether or not the page offers that."""
    form = client.get(address).context["adminform"].form
    values = {name: form.initial.get(name) for name in form.fields}
    for name in ("date_joined", "last_login"):
        moment = values.pop(name, None)
        values |= {f"{name}_0": moment and f"{moment:%Y-%m-%d}", f"{name}_1": moment and f"{moment:%H:%M:%S}"}
    return client.post(address, {name: value for name, value in (values | changes).items() if value is not None})


@pytest.fixture
def sam(demo, client):
    """Somebody who is no superuser, and may change users and groups as far as Django goes."""
    sam = person("sam", OPERATOR, permissions=CHANGES)
    client.force_login(sam)
    return sam


class TestRoles:
    @pytest.mark.parametrize("role", ["is_staff", "is_superuser", "groups", "user_permissions"])
    def test_are_given_to_a_customer_by_no_one_else(self, sam, client, role):
        dora = User.objects.create_user("dora")
        given = {"groups": Group.objects.get_or_create(name=APPROVER)[0].pk, "user_permissions": 1}
        assert filled(client, page(dora), **{role: given.get(role, "on")}).status_code == 302
        dora.refresh_from_db()
        assert (dora.is_staff, dora.is_superuser, dora.groups.count(), dora.user_permissions.count()) == (
            False, False, 0, 0,
        )  # fmt: skip

    def test_are_given_by_a_superuser(self, demo, client):
        client.force_login(User.objects.create_superuser("sue"))
        dora = User.objects.create_user("dora")
        group, _ = Group.objects.get_or_create(name=APPROVER)
        assert filled(client, page(dora), is_staff="on", groups=group.pk).status_code == 302
        dora.refresh_from_db()
        assert (dora.is_staff, list(dora.groups.all())) == (True, [group])

    def test_come_with_no_user_that_somebody_else_adds(self, sam, client):
        assert client.post("/admin/igny8_auth/user/add/", NEW | {"is_staff": "on"}).status_code == 302
        assert not User.objects.get(username="zoe").is_staff

    @pytest.mark.parametrize("whose", ["own", "a colleague's", "a superuser's"])
    @pytest.mark.parametrize("rest", ["change/", "password/", "delete/"])
    def test_that_somebody_has_keep_their_page_from_everybody_else(self, sam, client, whose, rest):
        colleagues = {"own": sam, "a colleague's": person("ann", APPROVER)}
        user = colleagues.get(whose) or User.objects.create_superuser("sue")
        before = User.objects.filter(pk=user.pk).values().get()
        answer = client.post(page(user, rest), {"post": "yes", **NEW, "password1": "taken over 123"})
        assert answer.status_code == 403
        assert User.objects.filter(pk=user.pk).values().get() == before

    def test_that_somebody_has_keep_them_from_being_deleted_in_a_list(self, sam, client):
        ann = person("ann", APPROVER)
        chosen = {"action": "delete_selected", "_selected_action": ann.pk, "post": "yes"}
        client.post("/admin/igny8_auth/user/", chosen)
        assert User.objects.filter(pk=ann.pk).exists()

    def test_of_a_group_are_changed_by_no_one_else(self, sam, client):
        group = Group.objects.get(name=OPERATOR)
        before = set(group.permissions.all())
        for address in ("add/", f"{group.pk}/change/", f"{group.pk}/delete/"):
            answer = client.post(f"/admin/auth/group/{address}", {"name": "x", "permissions": [1], "post": "yes"})
            assert answer.status_code == 403, address
        assert (Group.objects.filter(name="x").exists(), set(group.permissions.all())) == (False, before)
