"""A certificate as a page for people: what it says, and how whoever reads it checks it. The file is what counts."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; font-size: 14px; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td { overflow-wrap: anywhere; }
code { background: #f4f4f4; padding: .1rem .3rem; overflow-wrap: anywhere; }
"""
_PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Certificate of a migration</title><style>{style}</style></head>
<body>
<h1>Certificate of a migration</h1>
<p>Made {made_at} by {made_by}, of revision <code>{revision}</code>. This page is drawn from <code>{name}</code>, and
that file is what is signed. Check it, with nothing but it and the public key, which you should have from somebody you
trust, and not from here:</p>
<p><code>python -m migration_harness.certificate verify {name} --key {key}</code></p>
{body}
</body>
</html>
"""


def page_of(content: Mapping[str, Any], *, key: str, name: str) -> str:
    """Return the page of what a certificate says."""
    return _PAGE.format(
        style=_STYLE,
        made_at=escape(str(content["made_at"])),
        made_by=escape(str(content["made_by"])),
        revision=escape(str(content["revision"]["name"] or "unknown")),
        name=escape(name),
        key=escape(key),
        body="\n".join(_sections(content)),
    )


def _sections(content: Mapping[str, Any]) -> Iterable[str]:
    balance, forecast, trail = content["trial_balance"], content["forecast"], content["trail"]
    yield _table("Phases", ("number", "name", "state"), content["phases"])
    yield _table("Whether it is complete", ("words", "answer", "sentence"), content["criteria"])
    yield _table(
        "Evidence by seam",
        ("name", "revision", "comparisons", "failures", "bound", "answer", "control_sum", "candidate_sum"),
        content["seams"],
    )
    yield _table(
        "Evidence by stratum",
        ("execution_path", "operation", "model", "seam", "comparisons", "unexplained", "answer"),
        content["strata"],
    )
    yield _paragraph("Forecast", [forecast["sentence"], str(forecast.get("headline") or "")])
    yield _events("Overrides", content, "overrides")
    yield _events("Declared on a person's word, and not proven", content, "declarations")
    yield _events("Rollbacks", content, "rollbacks")
    yield _table(
        "Proofs of rollbacks and drills",
        ("at", "flags", "is_drill", "holds", "waited_ms", "acknowledged", "fenced", "late"),
        content["proofs"],
    )
    yield _table("Credits healed", ("event", "flag", "refunds", "debits"), content["healed"])
    yield _paragraph("Deletion", [_removal(content["removal"])])
    yield _table("Backups tried out", ("backup", "rows", "equal", "verified_at", "sha256"), content["backups"])
    yield _events("Restores", content, "restores")
    yield _paragraph("Trial balance", [f"{balance['answer']}: {balance['sentence']}"])
    yield _paragraph("Audit trail", [f"{trail['count']:,} events; its head is {trail['head']}."])


def _removal(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return "The legacy code is not removed yet."
    if "lines_removed" not in told:
        return f"Legacy code was removed ({told['at']}), by a run that was ended by the next one: it was not counted."
    removed = told["lines_removed"]
    return (
        f"{removed['code']:,} lines of code and {removed['tests']:,} of their tests were removed ({told['at']}): "
        f"{told['files']:,} files, {told['deleted']:,} of them whole."
    )


def _events(title: str, content: Mapping[str, Any], kind: str) -> str:
    known = {event["id"]: event for event in content["trail"]["events"]}
    rows = [known[number] for number in content[kind]]
    return _table(title, ("id", "moment", "actor", "action", "subject", "reason"), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return _paragraph(title, ["None."])
    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(row.get(column))}</td>' for column in columns)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def _paragraph(title: str, sentences: Sequence[str]) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences if sentence)
    return f"<h2>{escape(title)}</h2>{said}"


def _cell(value: Any) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case list():
            return escape(", ".join(map(str, value)))
        case _:
            return escape(str(value))
