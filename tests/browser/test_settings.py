"""Choosing the models of a site."""

import pytest
from playwright.sync_api import expect

from igny8_core.ai import operations
from igny8_core.ai import own_choices as choices
from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Site
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import IntegrationSettings
from igny8_core.modules.writer.models import Content, Image, ImagePrompt

IMAGE_LABELS = ["Basic (1 credit/image)", "Quality (5 credits/image)", "Premium (15 credits/image)"]
TITLE = "Models of Blue Harbour blog"


def fail(**_):
    raise RuntimeError("the database is on fire")


@pytest.fixture
def cora(database_choices, customer):
    """A customer who is signed in, with the choices of the database."""
    return signed_in(customer)


def signed_in(customer):
    cora = customer()
    cora.sign_in()
    cora.sees_heading(TITLE)
    return cora


class TestChoices:
    @pytest.mark.legacy
    def test_are_those_written_into_the_page_while_the_flag_is_off(self, customer):
        cora = signed_in(customer)
        assert cora.labels("Text model") == ["Standard", "GPT-4.1", "GPT-4o mini", "GPT-4o", "GPT-5.1", "GPT-5.2"]
        assert cora.labels("Image model") == [
            "Standard", "DALL·E 3", "DALL·E 2", "Runware 97@1", "Runware 100@1", "Runware 101@1", "Bria 10@1",
        ]  # fmt: skip

    def test_are_those_of_the_database_with_prices_while_it_is_on(self, cora):
        assert cora.labels("Image model") == ["Standard", *IMAGE_LABELS]
        assert cora.labels("Text model") == [
            "Standard",
            "GPT-5.1 (1,000 tokens/credit)",
            "GPT-4o (1,000 tokens/credit)",
            "GPT-4o mini (10,000 tokens/credit)",
        ]

    def test_follow_the_database(self, database_choices, customer):
        AIModelConfig.objects.filter(model_name="google:4@2").update(credits_per_image=20)
        cora = customer()
        cora.sign_in()
        assert "Premium (20 credits/image)" in cora.labels("Image model")

    @pytest.mark.legacy
    def test_go_back_with_the_flag(self, cora, database_choices):
        database_choices(everyone=False)
        cora.page.reload()
        assert "Bria 10@1" in cora.labels("Image model")

    @pytest.mark.parametrize("label", IMAGE_LABELS)
    def test_are_kept(self, cora, label):
        cora.choose(label)
        cora.save()
        cora.is_told("Saved.")
        cora.page.reload()
        cora.sees_heading(TITLE)
        expect(cora.option(label)).to_be_checked()
        expect(cora.group("Text model").get_by_role("radio", name="Standard")).to_be_checked()

    def test_are_used_by_the_next_image(self, cora, settings, tmp_path):
        cora.choose("Premium (15 credits/image)")
        cora.save()
        cora.is_told("Saved.")
        whose = {"account": cora.user.account, "site": Site.objects.get(account=cora.user.account)}
        content = Content.objects.create(**whose, title="Harbours", html="<p>Boats.</p>")
        prompt = ImagePrompt.objects.create(
            account=cora.user.account, content=content, role=ImagePrompt.Role.FEATURED, prompt="A harbour at dawn"
        )
        settings.MEDIA_ROOT = tmp_path
        with sandbox() as provider:
            settings.IGNY8_SANDBOX_URL = provider.url
            operations.generate_images(**whose, operation_id="next", prompt_ids=[prompt.pk])
        image = Image.objects.get()
        assert (image.model_name, image.size) == ("google:4@2", "1376x768")

    def test_can_be_taken_back(self, cora):
        standard = cora.group("Text model").get_by_role("radio", name="Standard")
        cora.choose("GPT-4o (1,000 tokens/credit)")
        cora.save()
        cora.is_told("Saved.")
        standard.check()
        cora.save()
        cora.is_told("Saved.")
        assert IntegrationSettings.objects.get(account=cora.user.account).text_model == ""

    def test_that_were_not_changed_are_not_sent(self, cora):
        cora.save()
        cora.is_told("Nothing was changed.")
        assert not IntegrationSettings.objects.filter(account=cora.user.account).exists()

    def test_that_are_no_longer_offered_are_named(self, customer, database_choices):
        cora = customer()
        site = cora.user.account.sites.get()
        IntegrationSettings.objects.create(account=cora.user.account, site=site, text_model="gpt-4.1")
        cora.sign_in()
        expect(cora.group("Text model")).to_contain_text("gpt-4.1 is no longer offered. Choose another model.")
        expect(cora.option("gpt-4.1")).to_be_checked()
        cora.choose("GPT-4o (1,000 tokens/credit)")
        cora.save()
        cora.is_told("Saved.")
        expect(cora.option("gpt-4.1")).to_have_count(0)

    def test_are_not_there_when_no_model_is_offered(self, customer, database_choices):
        AIModelConfig.objects.filter(model_type="image").update(is_active=False, is_default=False)
        cora = customer()
        cora.sign_in()
        expect(cora.group("Image model")).to_contain_text("No models are offered right now.")
        assert len(cora.labels("Text model")) == 4

    def test_cannot_be_changed_on_a_plan_without_them(self, database_choices, customer):
        cora = customer("Amber Bakery")
        cora.sign_in()
        expect(cora.page.get_by_role("main")).to_contain_text("The Free plan uses the standard models.")
        expect(cora.option("GPT-5.1 (1,000 tokens/credit)")).to_be_disabled()
        expect(cora.page.get_by_role("button", name="Save")).to_have_count(0)


class TestSites:
    def test_are_switched_without_loading_the_page_again(self, customer):
        cora = customer()
        second = Site.objects.create(account=cora.user.account, name="Second site")
        cora.sign_in()
        cora.page.get_by_label("Site", exact=True).select_option("Second site")
        cora.sees_heading("Models of Second site")
        assert cora.page.url.endswith(f"/app/sites/{second.pk}/settings")
        cora.page.go_back()
        cora.sees_heading(TITLE)

    def test_of_others_are_no_site(self, customer):
        cora = customer()
        foreign = Site.objects.exclude(account=cora.user.account).first()
        cora.sign_in(at=f"/app/sites/{foreign.pk}/settings")
        cora.sees_heading("There is no such site")

    def test_may_be_missing(self, customer):
        cora = customer()
        cora.user.account.sites.all().delete()
        cora.sign_in()
        cora.sees_heading("No site yet")


class TestFailure:
    def test_of_loading_is_told_and_can_be_tried_again(self, customer, monkeypatch):
        cora = customer()
        with monkeypatch.context() as broken:
            broken.setattr(choices, "standard", fail)
            cora.sign_in()
            cora.sees_heading("This could not be loaded")
            cora.is_alerted("Something went wrong here.")
            expect(cora.page.get_by_role("main")).not_to_contain_text("fire")
            expect(cora.page.locator("code")).to_have_text(cora.page.locator("code").inner_text())
        cora.page.get_by_role("button", name="Try again").click()
        cora.sees_heading(TITLE)

    def test_of_saving_is_told_where_the_focus_is_and_loses_nothing(self, cora, monkeypatch):
        cora.choose("GPT-4o mini (10,000 tokens/credit)")
        with monkeypatch.context() as broken:
            broken.setattr(choices, "choose", fail)
            cora.save()
            cora.is_alerted("Not saved. Something went wrong here.")
            expect(cora.page.get_by_role("alert")).to_be_focused()
        expect(cora.option("GPT-4o mini (10,000 tokens/credit)")).to_be_checked()
        cora.save()
        cora.is_told("Saved.")
        expect(cora.page.get_by_role("alert")).to_have_count(0)

    def test_of_the_network_is_told(self, cora):
        cora.choose("GPT-4o mini (10,000 tokens/credit)")
        cora.page.context.set_offline(True)
        cora.save()
        cora.is_alerted("Not saved. The service cannot be reached.")


class TestKeyboard:
    def test_is_enough_from_sign_in_to_sign_out(self, customer, database_choices):
        cora = customer()
        press, text = cora.page.keyboard.press, cora.page.keyboard.type
        cora.page.goto("/app/")
        cora.sees_heading("Sign in")
        press("Tab")
        text(cora.user.username)
        press("Tab")
        text(cora.password)
        press("Enter")
        cora.sees_heading(TITLE)
        press("Tab")
        expect(cora.group("Text model").get_by_role("radio", name="Standard")).to_be_focused()
        press("Tab")
        press("ArrowDown")
        press("ArrowDown")
        expect(cora.option("Quality (5 credits/image)")).to_be_checked()
        press("Tab")
        expect(cora.page.get_by_role("button", name="Save")).to_be_focused()
        press("Enter")
        cora.is_told("Saved.")
        for _ in range(3):
            press("Shift+Tab")
        expect(cora.page.get_by_role("button", name="Sign out")).to_be_focused()
        press("Enter")
        cora.sees_heading("Sign in")

    def test_shows_where_it_is(self, cora):
        cora.page.keyboard.press("Tab")
        outline = "el => getComputedStyle(el.closest('.option')).outlineStyle"
        assert cora.page.locator(":focus").evaluate(outline) == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [1280, 390, 320])
class TestEveryone:
    def test_can_use_the_page(self, database_choices, customer, scheme, width_px):
        cora = customer(color_scheme=scheme, viewport={"width": width_px, "height": 800})
        Site.objects.create(account=cora.user.account, name="Zest and other things that go well with fish and chips")
        cora.page.goto("/app/")
        cora.sees_heading("Sign in")
        assert (cora.obstacles(), cora.overflow_px()) == ([], 0)
        cora.sign_in(password="wrong")
        cora.is_alerted("wrong")
        assert (cora.obstacles(), cora.overflow_px()) == ([], 0)
        cora.sign_in()
        cora.sees_heading(TITLE)
        assert (cora.obstacles(), cora.overflow_px()) == ([], 0)
