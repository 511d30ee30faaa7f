"""Addresses of accounts, below ``/migration/``. An id may be any text, a slash in it among others."""

from django.urls import path

from dashboards.accounts import views

urlpatterns = [
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<path:account_id>/charges/", views.charges, name="account-charges"),
    path("accounts/<path:account_id>/statement/", views.statement, name="account-statement"),
    path("accounts/<path:account_id>/statement/print/", views.print_statement, name="account-statement-print"),
    path("accounts/<path:account_id>/", views.account, name="account-page"),
    path("move-accounts/", views.move, name="move-accounts"),
]
