"""An address that fails."""

from django.urls import path


def fails(_request, text):
    raise ValueError(text)


urlpatterns = [path("fails/<str:text>/", fails)]
