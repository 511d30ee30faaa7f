"""What tests of the admin ask of a page, and send to it."""

import re

from django.urls import reverse

OPENAI = "/admin/billing/integrationprovider/openai/change/"
SETTINGS = "/admin/system/globalintegrationsettings/1/change/"


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def form_of(response):
    """Return what the page's form would send unchanged, inlines included."""
    form = response.context["adminform"].form
    sent = {}
    for field in form:
        value = field.value()
        if value is None or value is False:
            continue
        sent[field.html_name] = "on" if value is True else value
    for formset in response.context["inline_admin_formsets"]:
        for field in formset.formset.management_form:
            sent[field.html_name] = field.value()
        for row in formset.formset.forms:
            sent |= {field.html_name: field.value() for field in row if field.value() not in (None, False)}
    return sent


def submit(client, address, **changes):
    """Send a page's form with some changes; returns the answer."""
    sent = {name: value for name, value in (form_of(client.get(address)) | changes).items() if value is not None}
    return client.post(address, sent)


def errors_of(response):
    return response.context["adminform"].form.errors if response.status_code == 200 else {}
