"""Who runs a command, and what they may: the user of the operating system, or whoever ``--as`` names.

Note [Saying is not proving]: whoever has a prompt here can type any name. So ``--as`` moves and looks as that person
may, and approves nothing: what a machine's user may not do needs that person's own password, or a token of theirs.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Final, TypeVar, cast

from typer import Option, prompt

from migration_harness.authority import actions, proving
from migration_harness.authority.actions import Action
from migration_harness.authority.actors import Actor, Origin, of_machine, of_user
from migration_harness.authority.asking import refuse, require
from migration_harness.authority.persons import require_known
from migration_harness.cli.output import translated
from migration_harness.cli.screen import ReaderGone
from migration_harness.exceptions import AskerUnproven, InvalidChange, NowhereToPrint

V = TypeVar("V", bound=Callable[..., Any])
R = TypeVar("R")

TOKEN: Final = "HARNESS_TOKEN"  # noqa: S105  The name of a variable of the environment.
UNREAD: Final = (
    "Whoever read standard output has stopped, so this ended before it had told everything: "
    "see what was done before you do it again."
)
As = Annotated[str, Option("--as", metavar="USERNAME", help="Act as this user, with what they may.")]
PasswordStdin = Annotated[
    bool, Option("--password-stdin", help="Read the password of whoever approves from standard input.")
]


@dataclass(slots=True, kw_only=True)
class _Acting:
    """Whoever runs this command, and how they can prove it."""

    actor: Actor
    user: Any = None
    password_stdin: bool = False
    only_looks: bool = True


_acting: ContextVar[_Acting | None] = ContextVar("harness_acting", default=None)
_named: ContextVar[str] = ContextVar("harness_named", default="")
"""Of ``harness --as USERNAME VERB``."""


def verb(action: Action = actions.LOOK, *, approves: bool = False) -> Callable[[V], V]:
    """Declare a verb and what whoever runs it must be allowed to do; it takes ``--as`` besides its own options.

    ``approves``: it may ask for more, which needs a proof of who it is.
    """

    def declare(function: V) -> V:
        @wraps(function)
        def run(*args: Any, as_: str = "", password_stdin: bool = False, **options: Any) -> Any:
            with _as(as_ or _named.get(), password_stdin=password_stdin):
                ask(action, subject=str(options.get("name") or options.get("signature") or ""))
                try:
                    return function(*args, **options)
                except ReaderGone:
                    if _current().only_looks:
                        raise
                    raise NowhereToPrint(UNREAD) from None

        run.__signature__ = _with_options(function, approves=approves)  # type: ignore[attr-defined]
        return cast("V", translated(run))

    return declare


def name_for_all(username: str) -> None:
    """Act as this user in the verb that follows, where that names nobody itself."""
    _named.set(username)


def ask(action: Action, *, subject: str = "") -> None:
    """Ask whether whoever runs this may do it; raises NotAllowed. See Note [Saying is not proving]."""
    acting = _current()
    acting.only_looks = acting.only_looks and action is actions.LOOK
    if acting.actor.origin in (Origin.MACHINE, Origin.NAMED) and not of_machine().may(action):
        acting.actor = _proven(acting, action, subject=subject)
    require(acting.actor, action, subject=subject)


def actor() -> str:
    """Return who runs this command, as the audit trail has it."""
    return _current().actor.name


def whoever() -> Actor:
    """Return who runs this command, with what they may and how they have shown who they are."""
    return _current().actor


def known(act: Callable[[], R], *, subject: str = "") -> R:
    """Return what an act returns; where it needs two people, whoever runs this shows first who they are.

    Called once more then: what raises AskerUnproven has done nothing.
    """
    try:
        return act()
    except AskerUnproven:
        show_who(subject=subject)
    return act()


def shows_who(action: Action, *, subject: str) -> bool:
    """Tell whether whoever runs this has shown who they are, by what they gave for it; raises NotAllowed if wrongly."""
    acting = _current()
    if acting.user is not None and acting.password_stdin and acting.actor.origin is Origin.NAMED:
        acting.actor = _proven(acting, action, subject=subject)
    return acting.actor.origin is Origin.PROVEN


def show_who(*, subject: str) -> None:
    """Have whoever runs this show who they are, for what needs two people; raises AskerUnproven without a name."""
    acting = _current()
    if acting.user is None and TOKEN not in os.environ:
        require_known(acting.actor, subject=subject)
    if acting.actor.origin in (Origin.MACHINE, Origin.NAMED):
        acting.actor = _proven(acting, actions.ASK, subject=subject)


def _current() -> _Acting:
    return _acting.get() or _Acting(actor=of_machine())


@contextmanager
def _as(username: str, *, password_stdin: bool) -> Iterator[None]:
    acting = _Acting(actor=of_machine(), password_stdin=password_stdin)
    if username:
        acting.user = proving.person_named(username)
        acting.actor = of_user(acting.user, origin=Origin.NAMED)
    before = _acting.set(acting)
    try:
        yield
    finally:
        _acting.reset(before)


def _proven(acting: _Acting, action: Action, *, subject: str) -> Actor:
    """Return who has proved to be whom; raises NotAllowed where they may not, or have not."""
    if token := os.environ.get(TOKEN):
        owner = proving.by_token(token)
        if owner is None or (acting.user is not None and owner.user_id != str(acting.user.pk)):
            whose = f" of {acting.actor.name}" if acting.user is not None else ""
            refuse(acting.actor, action, subject=subject, why=f"{TOKEN} is no token{whose}")
        return owner
    # Whoever may not do it at all is not asked for a password.
    require(acting.actor, action, subject=subject)
    proven = proving.by_password(acting.user, _password(acting))
    if proven is None:
        refuse(acting.actor, action, subject=subject, why="the password is wrong")
    return proven


def _password(acting: _Acting) -> str:
    if acting.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidChange(
            f"Nobody can be asked here for the password of {acting.actor.name}: add --password-stdin, or give their "
            f"token in {TOKEN}. Nothing was done."
        )
    return str(prompt(f"Password of {acting.actor.name}", hide_input=True, err=True))


def _with_options(function: Callable[..., Any], *, approves: bool) -> inspect.Signature:
    """Return what the verb takes: its own, who acts, and where it may approve how that is proved."""
    own = inspect.signature(function, eval_str=True)
    more = [inspect.Parameter("as_", inspect.Parameter.KEYWORD_ONLY, default="", annotation=As)]
    if approves:
        kind = inspect.Parameter.KEYWORD_ONLY
        more.append(inspect.Parameter("password_stdin", kind, default=False, annotation=PasswordStdin))
    return own.replace(parameters=[*own.parameters.values(), *more])
