"""``harness token``: what programs sign in with."""

from dataclasses import asdict
from typing import Annotated, Any

from django.utils import timezone
from django_typer.management import Typer
from typer import Argument, Option

from migration_harness import queries
from migration_harness.cli.output import Json, Reason, actor, console, print_json, table, telling, translated
from migration_harness.tokens import holding


@translated
def create(
    username: Annotated[str, Argument(help="Whose token it is: what it does is done as this user.")],
    *,
    name: Annotated[str, Option("--name", help="What it is for.")],
    scope: Annotated[list[str], Option("--scope", help="read, operate or approve; may be repeated.")],
    days: Annotated[int, Option("--days", help="How long it lives, 366 at most.")] = holding.DAYS,
    json: Json = False,
) -> None:
    """Make a token and show it, this once: only its hash is kept."""
    made = holding.make_token(username=username, name=name, scopes=scope, days=days, actor=actor())
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


@translated
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


@translated
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
