"""``harness token``: what programs sign in with."""

from dataclasses import asdict
from typing import Annotated, Any

from django.utils import timezone
from django_typer.management import Typer
from typer import Argument, Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import actor, ask, shows_who, verb
from migration_harness.cli.output import Json, Reason, console, print_json, table, telling
from migration_harness.exceptions import InvalidChange
from migration_harness.models import ApiToken
from migration_harness.tokens import holding


@verb(approves=True)
def create(
    username: Annotated[str, Argument(help="Whose token it is: what it does is done as this user.")],
    *,
    name: Annotated[str, Option("--name", help="What it is for.")],
    scope: Annotated[list[str], Option("--scope", help="read, operate or approve; may be repeated. Or gate, alone.")],
    days: Annotated[int, Option("--days", help="How long it lives, 366 at most.")] = holding.DAYS,
    json: Json = False,
) -> None:
    """Make a token and show it, this once: only its hash is kept.

    One that approves is a person's word: whoever makes it proves that it is theirs. So may who makes one that asks for
    what needs two people: --as USERNAME --password-stdin.
    """
    if ApiToken.Scope.APPROVE.value in scope:
        ask(actions.APPROVE, subject=f"a token of {username}")
        if actor() != username:
            raise InvalidChange(f"Only {username} can make a token that approves in that name: --as {username}.")
    else:
        ask(actions.TOKENS, subject=f"a token of {username}")
    by_owner = shows_who(actions.TOKENS, subject=f"a token of {username}") and actor() == username
    made = holding.make_token(username=username, name=name, scopes=scope, days=days, actor=actor(), by_owner=by_owner)
    token = made.token
    with telling(f"The token {token.prefix} was made. Where it was not shown: harness token revoke {token.prefix}"):
        if json:
            print_json({"token": made.text.secret, "prefix": token.prefix, "expires_at": token.expires_at})
            return
        console().print(made.text.secret)
        console().print(
            f"For {username}: {', '.join(token.scopes)}, until {token.expires_at:%Y-%m-%d %H:%M} UTC. It is not shown "
            "again. It ends when the password is changed."
        )


@verb()
def list_(
    username: Annotated[str | None, Argument(help="Only of this user.")] = None,
    *,
    every: Annotated[bool, Option("--all", help="Also those that have expired or were revoked.")] = False,
    json: Json = False,
) -> None:
    """List tokens by how they begin; the rest of one is kept nowhere."""
    found = queries.tokens(now=timezone.now(), username=username, every=every)
    if json:
        print_json([asdict(each) for each in found])
        return
    rows = table("Token", "Of", "For", "May", "State", "Until (UTC)", "Last used (UTC)")
    for each in found:
        used = f"{each.last_used_at:%Y-%m-%d %H:%M}" if each.last_used_at else "never"
        until = f"{each.expires_at:%Y-%m-%d %H:%M}"
        rows.add_row(each.prefix, each.username or "nobody", each.name, ", ".join(each.scopes), each.state, until, used)
    console().print(rows)


@verb(actions.TOKENS)
def revoke(
    prefix: Annotated[str, Argument(help="How the token begins, as the list shows it: mh_ and eight characters.")],
    *,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """End a token at once."""
    token = holding.revoke_token(prefix=prefix, actor=actor(), reason=reason)
    told = f"The token {token.prefix} is revoked."
    with telling(told):
        if json:
            print_json({"prefix": token.prefix, "revoked_at": token.revoked_at})
        else:
            console().print(told)


app: Any = Typer(help="Make, list and revoke what programs sign in with.")
app.command("create")(create)
app.command("list")(list_)
app.command("revoke")(revoke)
