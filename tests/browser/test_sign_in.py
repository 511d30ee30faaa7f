"""Signing in and out."""

from django.contrib.sessions.models import Session
from playwright.sync_api import expect


class TestSignIn:
    def test_leads_to_the_settings_of_the_first_site(self, customer):
        cora = customer()
        cora.sign_in()
        cora.sees_heading("Models of Blue Harbour blog")
        expect(cora.page).to_have_title("Models of Blue Harbour blog · IGNY8")
        expect(cora.page.get_by_role("banner")).to_contain_text("250,000 credits")

    def test_leads_to_the_page_that_was_asked_for(self, customer):
        cora = customer()
        site = cora.user.account.sites.create(name="Another site")
        cora.sign_in(at=f"/app/sites/{site.pk}/settings")
        cora.sees_heading("Models of Another site")

    def test_with_a_wrong_password_says_so_and_keeps_the_name(self, customer):
        cora = customer()
        cora.sign_in(password="wrong")
        cora.is_alerted("The username or the password is wrong.")
        expect(cora.page.get_by_label("Username")).to_have_value(cora.user.username)
        expect(cora.page.get_by_label("Password")).to_be_focused()
        cora.page.keyboard.type(cora.password)
        cora.page.keyboard.press("Enter")
        cora.sees_heading("Models of Blue Harbour blog")

    def test_survives_a_reload_and_ends_with_sign_out(self, customer):
        cora = customer()
        cora.sign_in()
        cora.sees_heading("Models of Blue Harbour blog")
        cora.page.reload()
        cora.sees_heading("Models of Blue Harbour blog")
        cora.page.get_by_role("button", name="Sign out").click()
        cora.sees_heading("Sign in")
        cora.is_told("You are signed out.")
        cora.page.reload()
        cora.sees_heading("Sign in")

    def test_is_asked_for_again_when_the_session_has_ended(self, database_choices, customer):
        cora = customer()
        cora.sign_in()
        cora.choose("GPT-4o (1,000 tokens/credit)")
        Session.objects.all().delete()
        cora.save()
        cora.sees_heading("Sign in")
        cora.is_told("Your session has ended. Sign in again to go on.")

    def test_of_an_operator_points_to_the_console(self, customer):
        cora = customer()
        type(cora.user).objects.filter(pk=cora.user.pk).update(account=None)
        cora.sign_in()
        cora.sees_heading("This login belongs to no account")
        assert cora.page.get_by_role("link", name="console").get_attribute("href") == "/migration/"
