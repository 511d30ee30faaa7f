"""The generated logins of a checkout: told once, and kept."""

import pytest
from django.core.management import call_command

from igny8_core.preparation import customer_password, operator_password, password_file, told_once


@pytest.fixture
def prepared(demo, settings, tmp_path, capsys):
    settings.RUN_DIR = tmp_path
    call_command("setup", "--demo", verbosity=0)
    return capsys.readouterr().out


class TestPassword:
    @pytest.mark.parametrize("role", ["operator", "customer"])
    def test_is_told_the_first_time_and_not_the_second(self, prepared, role):
        kept = password_file(role).read_text().strip()
        assert [told_once(role), told_once(role)] == [kept, None]
        assert password_file(role).stat().st_mode & 0o777 == 0o600

    def test_is_told_again_when_there_is_another(self, prepared):
        first = told_once("operator")
        password_file("operator").unlink()
        from igny8_core.auth.models import User

        User.objects.filter(username="operator").delete()
        call_command("setup", "--demo", verbosity=0)
        second = told_once("operator")
        assert second not in (None, first)

    def test_is_not_in_what_the_set_up_says(self, prepared):
        assert operator_password() not in prepared
        assert customer_password() not in prepared
        assert str(password_file("operator")) in prepared
