"""Every address of the service, from the URL resolver, and what each role is answered there."""

import re
from fnmatch import fnmatchcase
from functools import cache

from django.apps import apps
from django.urls import get_resolver

ROLES = ("anonymous", "customer", "staff", "viewer", "operator", "approver", "superuser")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# ok: neither refused nor broken; what it is depends on what was sent. login: led there. Else the status.
TABLE = """
address                                          methods   anonymous customer staff viewer operator approver superuser

/                                                *         ok    ok    ok    ok    ok    ok    ok
/app/                                            GET       ok    ok    ok    ok    ok    ok    ok
/app/                                            *         405   405   405   405   405   405   405
/favicon.ico                                     GET       ok    ok    ok    ok    ok    ok    ok
/favicon.ico                                     *         405   405   405   405   405   405   405
/healthz                                         *         ok    ok    ok    ok    ok    ok    ok
/metrics                                         GET       401   403   403   ok    ok    ok    ok
/metrics                                         *         405   405   405   405   405   405   405

/migration/                                      GET       login 403   403   ok    ok    ok    ok
/migration/overview/*/                           GET       login 403   403   ok    ok    ok    ok
/migration/brakes/                               GET,POST  login 403   403   403   ok    403   ok
/migration/brakes/why/                           GET,POST  login 403   403   403   ok    403   ok
/migration/brakes/figures/                       GET       login 403   403   ok    ok    ok    ok
/migration/brakes/obeying/                       GET       login 403   403   ok    ok    ok    ok
/migration/accounts/*/charges/                   GET       login 403   403   ok    ok    ok    ok
/migration/accounts/*/charges/                   *         405   405   405   405   405   405   405
/migration/accounts/*/statement/*                GET       login 403   403   ok    ok    ok    ok
/migration/accounts/*/statement/*                *         405   405   405   405   405   405   405
/migration/accounts/*                            GET       login 403   403   ok    ok    ok    ok
/migration/accounts/*                            POST      login 403   403   403   ok    403   ok
/migration/move-accounts/                        GET,POST  login 403   403   403   ok    403   ok
/migration/seams/                                GET       login 403   403   ok    ok    ok    ok
/migration/changes/                              GET       login 403   403   ok    ok    ok    ok
/migration/flags/                                GET       login 403   403   ok    ok    ok    ok
/migration/discrepancies/                        GET       login 403   403   ok    ok    ok    ok
/migration/evidence/                             GET       login 403   403   ok    ok    ok    ok
/migration/flags/*/rollback/                     GET,POST  login 403   403   403   ok    403   ok
/migration/flags/*/retire/                       GET,POST  login 403   403   403   ok    403   ok
/migration/flags/*/return/                       GET,POST  login 403   403   403   ok    403   ok
/migration/flags/*/account/                      GET,POST  login 403   403   403   ok    403   ok
/migration/flags/*/share/                        GET,POST  login 403   403   403   ok    403   ok
/migration/flags/*/                              GET       login 403   403   ok    ok    ok    ok
/migration/rollouts/*/start/                     GET,POST  login 403   403   403   ok    403   ok
/migration/rollouts/*/pause/                     GET,POST  login 403   403   403   ok    403   ok
/migration/rollouts/*/resume/                    GET,POST  login 403   403   403   ok    403   ok
/migration/rollouts/*/abort/                     GET,POST  login 403   403   403   ok    403   ok
/migration/rollouts/*/back-to/                   GET,POST  login 403   403   403   ok    403   ok
/migration/rollouts/*                            GET       login 403   403   ok    ok    ok    ok
/migration/trial-balance/                        GET       login 403   403   ok    ok    ok    ok
/migration/criteria/                             GET       login 403   403   ok    ok    ok    ok
/migration/legacy/declare/                       GET,POST  login 403   403   403   403   403   ok
/migration/legacy/undeclare/                     GET,POST  login 403   403   403   403   403   ok
/migration/certificate/make/                     GET,POST  login 403   403   403   ok    403   ok
/migration/certificate/                          GET,POST  login 403   403   ok    ok    ok    ok
/migration/legacy/                               GET       login 403   403   ok    ok    ok    ok
/migration/legacy/remaining/                     GET       login 403   403   ok    ok    ok    ok
/migration/errors/                               GET       login 403   403   ok    ok    ok    ok
/migration/notices/*/again/                      GET,POST  login 403   403   403   ok    403   ok
/migration/notices/                              GET       login 403   403   ok    ok    ok    ok
/migration/phases/*/advance/                     GET,POST  login 403   403   403   ok    403   ok
/migration/phases/*/reopen/                      GET,POST  login 403   403   403   ok    403   ok
/migration/phases/*/checklist/*/                 GET,POST  login 403   403   403   ok    403   ok
/migration/phases/*/                             GET       login 403   403   ok    ok    ok    ok
/migration/forecast/                             GET       login 403   403   ok    ok    ok    ok
/migration/forecast/sign-off/                    GET,POST  login 403   403   403   403   ok    ok
/migration/heal/                                 GET       login 403   403   ok    ok    ok    ok
/migration/heal/                                 POST      login 403   403   403   ok    403   ok
/migration/causes/*/review/                      GET,POST  login 403   403   403   ok    403   ok
/migration/causes/*/                             GET       login 403   403   ok    ok    ok    ok
/migration/recordings/                           GET       login 403   403   ok    ok    ok    ok
/migration/recordings/*/                         GET       login 403   403   ok    ok    ok    ok
/migration/discrepancies/*/review/               GET,POST  login 403   403   403   ok    403   ok
/migration/discrepancies/*/note/                 GET,POST  login 403   403   403   ok    403   ok
/migration/discrepancies/*/assign/               GET,POST  login 403   403   403   ok    403   ok
/migration/discrepancies/*/explain/              GET,POST  login 403   403   403   ok    403   ok
/migration/discrepancies/*/test/                 GET       login 403   403   ok    ok    ok    ok
/migration/discrepancies/*/                      GET       login 403   403   ok    ok    ok    ok
/migration/approvals/                            GET       login 403   403   ok    ok    ok    ok
/migration/approvals/*/answer/                   GET,POST  login 403   403   403   ok    ok    ok
/migration/approvals/*/                          GET       login 403   403   ok    ok    ok    ok
/migration/explanations/                         GET       login 403   403   ok    ok    ok    ok
/migration/explanations/*/decide/                GET,POST  login 403   403   403   ok    ok    ok
/migration/tokens/                               GET       login 403   403   ok    ok    ok    ok
/migration/tokens/                               POST      login 403   403   403   ok    ok    ok
/migration/tokens/*/revoke/                      GET       login 403   403   404   404   404   404
/migration/tokens/*/revoke/                      POST      login 403   403   403   404   404   404
/migration/*                                     *         405   405   405   405   405   405   405

/api/v1/migration/flags/<name>/rollback/         POST      401   403   403   403   ok    403   ok
/api/v1/migration/flags/<name>/                  PATCH     401   403   403   403   ok    403   ok
/api/v1/migration/rollouts/<name>/               POST      401   403   403   403   ok    403   ok
/api/v1/migration/rollouts/<name>/move/          POST      401   403   403   403   ok    403   ok
/api/v1/migration/rollouts/<name>/abort/         POST      401   403   403   403   ok    403   ok
/api/v1/migration/phases/*/gates/*/              *         401   403   403   403   403   403   403
/api/v1/migration/phases/*/advance/              POST      401   403   403   403   ok    403   ok
/api/v1/migration/phases/*/reopen/               POST      401   403   403   403   ok    403   ok
/api/v1/migration/phases/*/checklist/            POST      401   403   403   403   ok    403   ok
/api/v1/migration/phases/*/tests/                POST      401   403   403   403   ok    403   ok
/api/v1/migration/phases/*/advance/              GET       401   403   403   405   405   405   405
/api/v1/migration/phases/*/reopen/               GET       401   403   403   405   405   405   405
/api/v1/migration/phases/*/tests/                GET       401   403   403   405   405   405   405
/api/v1/migration/phases/*                       GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/rollback/                      POST      401   403   403   403   ok    403   ok
/api/v1/migration/drill/                         POST      401   403   403   403   ok    403   ok
/api/v1/migration/causes/*/review/               POST      401   403   403   403   ok    403   ok
/api/v1/migration/discrepancies/*/review/        POST      401   403   403   403   ok    403   ok
/api/v1/migration/discrepancies/*/notes/         POST      401   403   403   403   ok    403   ok
/api/v1/migration/discrepancies/*/assignment/    POST      401   403   403   403   ok    403   ok
/api/v1/migration/discrepancies/*/explanation/   POST      401   403   403   403   ok    403   ok
/api/v1/migration/approvals/*/answer/            POST      401   403   403   403   ok    ok    ok
/api/v1/migration/explanations/*/decision/       POST      401   403   403   403   ok    ok    ok
/api/v1/migration/reconcile/                     POST      401   403   403   403   ok    403   ok
/api/v1/migration/resync/                        POST      401   403   403   403   ok    403   ok
/api/v1/migration/forecast/sign-off/             POST      401   403   403   403   403   ok    ok
/api/v1/migration/heal/                          POST      401   403   403   403   ok    403   ok
/api/v1/migration/status/                        GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/flags/                         GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/accounts/*                     GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/rollouts/                      GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/rollouts/<name>/               GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/flags/<name>/                  GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/causes/                        GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/causes/*/review/               GET       401   403   403   405   405   405   405
/api/v1/migration/causes/*/                      GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/recordings/                    GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/recordings/*/                  GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/discrepancies/                 GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/discrepancies/*/notes/         GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/discrepancies/*/test/          GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/discrepancies/*/review/        GET       401   403   403   405   405   405   405
/api/v1/migration/discrepancies/*/assignment/    GET       401   403   403   405   405   405   405
/api/v1/migration/discrepancies/*/explanation/   GET       401   403   403   405   405   405   405
/api/v1/migration/discrepancies/*/               GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/approvals/*/answer/            GET       401   403   403   405   405   405   405
/api/v1/migration/approvals/*                    GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/explanations/*/decision/       GET       401   403   403   405   405   405   405
/api/v1/migration/explanations/*                 GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/evidence/                      GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/notices/                       GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/criteria/                      GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/errors/                        GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/legacy/                        GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/fleet/                         GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/trial-balance/                 GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/forecast/                      GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/heal/                          GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/audit/                         GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/audit/verify/                  GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/schema/                        GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/docs/                          GET       401   403   403   ok    ok    ok    ok
/api/v1/migration/                               *         401   403   403   404   404   404   404
/api/v1/migration/*                              *         401   403   403   405   405   405   405

/api/v1/system/provider-keys/                    POST      401   403   403   403   403   403   ok
/api/v1/system/provider-keys/                    *         401   403   403   403   403   403   405
/api/v1/auth/*                                   *         ok    ok    ok    ok    ok    ok    ok
/api/v1/*                                        *         401   ok    403   403   403   403   403

/admin/login/                                    *         ok    ok    ok    ok    ok    ok    ok
/admin/                                          *         login login ok    ok    ok    ok    ok
/admin/search/                                   *         login login ok    ok    ok    ok    ok
/admin/logout/                                   *         ok    ok    ok    ok    ok    ok    ok
/admin/password_change/*                         *         login login ok    ok    ok    ok    ok
/admin/autocomplete/                             GET       login login 403   403   403   403   403
/admin/autocomplete/                             POST      login login 405   405   405   405   405
/admin/second-factor/                            *         login login ok    ok    ok    ok    ok
/admin/jsi18n/                                   *         login login ok    ok    ok    ok    ok
/admin/r/*                                       *         login login ok    ok    ok    ok    ok
/admin/migration_harness/                        *         login login 404   ok    ok    ok    ok
/admin/nowhere                                   *         login login 404   404   404   404   404
/admin/migration_harness/*/add/                  *         login login 403   403   403   403   403
/admin/migration_harness/*/delete/               *         login login 403   403   403   403   403
/admin/migration_harness/*/change/               POST      login login 403   403   403   403   403
/admin/migration_harness/*/change/               *         login login 403   ok    ok    ok    ok
/admin/migration_harness/*/history/              *         login login none  ok    ok    ok    ok
/admin/*/<object>/                               *         login login ok    ok    ok    ok    ok
/admin/migration_harness/*/                      *         login login 403   ok    ok    ok    ok
/admin/*/retired/                                GET       login login 403   ok    ok    ok    ok
/admin/*/retired/                                POST      login login 403   403   ok    403   ok
/admin/*/<object>/history/                       *         login login none  none  none  none  own
/admin/*/*/*                                     *         login login 403   403   403   403   own
"""
# none: 403, but that Django says of a row that is not there that it is not there.
# own: what Django's admin lets a superuser do there, which is nothing where the page is for reading.


def addresses():
    """Return every address as the resolver has it, without what it captures."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns, "/")))


def methods_of(address):
    """Return the methods that are tried: to Django's admin every one is a form that is sent, or none."""
    return ("GET", "POST") if address.startswith("/admin/") else METHODS


def expected_of(address, method):
    """Return what each role is answered by the first row that fits; None where there is none."""
    for pattern, methods, answers in _rows():
        if fnmatchcase(address, pattern) and (methods == "*" or method in methods.split(",")):
            return answers
    return None


def unused_rows():
    """Return the rows that no address needs."""
    needed = {(address, method): None for address in addresses() for method in methods_of(address)}
    used = set()
    for address, method in needed:
        for row in _rows():
            if fnmatchcase(address, row[0]) and (row[1] == "*" or method in row[1].split(",")):
                used.add(row[:2])
                break
    return [row[:2] for row in _rows() if row[:2] not in used]


@cache
def _rows():
    lines = [line.split() for line in TABLE.splitlines()[2:] if line.strip()]
    return [(pattern, methods, dict(zip(ROLES, answers, strict=True))) for pattern, methods, *answers in lines]


def _walk(patterns, before):
    for pattern in patterns:
        address = before + _plain(str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, address)
        else:
            yield address


def _plain(route):
    """Return a route with a name for each thing that it captures, from a path or from a regular expression."""
    if route.startswith("^(?P<app_label>"):
        return "migration_harness/"
    if route == "(?P<url>.*)$":
        return "nowhere"
    route = route.removeprefix("^").removesuffix("$")
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "<object>" if found[1] == "object_id" else f"<{found[1]}>", route)


def model_of(address):
    """Return the model whose rows an address of the admin is about; None for any other address."""
    parts = address.split("/")
    if len(parts) < 5 or parts[1] != "admin":
        return None
    try:
        return apps.get_model(parts[2], parts[3])
    except LookupError:
        return None
