"""A page of an error where ``DEBUG`` is on, as somebody might leave it: where it was, and no value."""

from django.test import RequestFactory
from django.views.debug import technical_500_response


def page_of_an_error(settings, **data):
    settings.DEBUG = True
    settings.CELERY_BROKER_URL = "redis://:" + "hunter-two@broker/0"
    authorization = {"Authorization": "Bearer " + "hunter-one"}
    request = RequestFactory(headers={"authorization": "Bearer " + "hunter-four"}).post("/app/", data)
    try:
        [][len(authorization)]
    except IndexError as error:
        return technical_500_response(request, type(error), error, error.__traceback__).content.decode()


class TestErrorPage:
    def test_says_where_it_was(self, settings):
        page = page_of_an_error(settings)
        assert ("IndexError" in page, "page_of_an_error" in page, "authorization" in page) == (True, True, True)

    def test_shows_no_variable_no_field_and_no_password_in_an_address(self, settings):
        page = page_of_an_error(settings, said="hunter-three")
        # Of this file the lines around the error are shown, with the first one's text in parts.
        assert [word for word in ("Bearer hunter-one", "hunter-three", "Bearer hunter-four") if word in page] == []
        assert ":hunter-two" not in page
