"""Checks a certificate with nothing but its bytes and a public key: no Django, no settings, no database.

Note [What a signature does not say]: a signature says who wrote it, and not that it is whole. So a certificate carries
the trail, every event in full, and each thing that it lists is counted again from there. Who signs one without an
override has to leave the event out, and then the chain of hashes breaks. Who cuts the chain off has fewer flips than
the counter of epochs. Who makes the chain anew has other hashes than the heads that were published while it grew.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from migration_harness.certificate import told
from migration_harness.certificate.document import NoCertificate, read, signed_part
from migration_harness.certificate.page import page_of
from migration_harness.certificate.signing import is_signed
from migration_harness.evidence.bounds import upper_bound
from migration_harness.trail.hashing import GENESIS, hash_of_content

_NEARLY: Final = 1e-9
_NAMED: Final = 5
_NAMED_THERE: Final = re.compile("This page is drawn from <code>([^<]*)</code>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that was checked: whether it holds, and one sentence."""

    name: str
    holds: bool
    sentence: str


def check(text: bytes, *, public: str, published: Sequence[str] = ()) -> list[Checked]:
    """Return all that was checked, the first that fails last where nothing more can be said.

    ``published`` are hashes of heads that were kept elsewhere: the trail must have each of them.
    """
    try:
        document = read(text)
    except NoCertificate as error:
        return [Checked(name="format", holds=False, sentence=str(error))]
    found = [Checked(name="format", holds=True, sentence="It is written as a certificate is, byte for byte.")]
    found.append(_signature(document, public))
    if not found[-1].holds:
        return found
    certificate = document["certificate"]
    try:
        found += [_of(name, rule, certificate) for name, rule in _RULES.items()]
        found.append(_published(certificate, published))
    except Exception as error:  # noqa: BLE001  Whatever a part of it is instead of what it must be.
        found.append(Checked(name="contents", holds=False, sentence=f"A part of it is not as it must be: {error!r}."))
    return found


def check_page(text: bytes, *, page: str) -> Checked:
    """Tell whether the page for people is drawn from a certificate, whose bytes hold: nobody has signed the page."""
    document = read(text)
    name = _NAMED_THERE.search(page)
    drawn = page_of(
        document["certificate"], key=document["signature"]["key"], name=unescape(name.group(1)) if name else ""
    )
    if drawn == page:
        return Checked(name="page", holds=True, sentence="The page beside it is drawn from it.")
    return Checked(
        name="page", holds=False, sentence="The page beside it says something else than it: believe the file alone."
    )


def heads_in(lines: Iterable[str]) -> list[str]:
    """Return the hashes in a file of heads: one JSON object a line, a head or a webhook that brought one.

    Raises ValueError, KeyError.
    """
    read = [json.loads(line) for line in lines if line.strip()]
    return [str((each["data"]["details"] if "data" in each else each)["hash"]) for each in read]


def _signature(document: Mapping[str, Any], public: str) -> Checked:
    signature = document["signature"]
    if signature.get("key") != public:
        return Checked(name="signature", holds=False, sentence="It was signed with another key than the one you named.")
    try:
        holds = is_signed(
            public=public, signature=str(signature.get("value")), content=signed_part(document["certificate"])
        )
    except Exception as error:  # noqa: BLE001  Of another library, or ours: no signature.
        return Checked(name="signature", holds=False, sentence=f"Its signature cannot be read: {error}")
    sentence = "The holder of the key has signed it." if holds else "Its signature is not of this content."
    return Checked(name="signature", holds=holds, sentence=sentence)


def _of(name: str, rule: Callable[[Mapping[str, Any]], Iterator[str]], certificate: Mapping[str, Any]) -> Checked:
    wrong = list(rule(certificate))
    if not wrong:
        return Checked(name=name, holds=True, sentence=_HOLDS[name])
    more = f" And {len(wrong) - _NAMED} more." if len(wrong) > _NAMED else ""
    return Checked(name=name, holds=False, sentence=" ".join(wrong[:_NAMED]) + more)


def _chain(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Each event has the hash of its content, and of the event before it."""
    trail, previous, number = certificate["trail"], GENESIS, 0
    for event in trail["events"]:
        if type(event["id"]) is not int or event["id"] <= number:
            yield f"Event {event['id']} comes after event {number}."
        if event["previous_hash"] != previous:
            yield f"Event {event['id']} ({event['action']}) does not follow the one before it: one was taken out."
        if hash_of_content(event["moment"], event) != event["hash"]:
            yield f"Event {event['id']} ({event['action']}) was changed: it has not the hash of its content."
        previous, number = event["hash"], event["id"]
    if previous != trail["head"]:
        yield "Its last event is not the head that the certificate names: the chain was shortened."
    if len(trail["events"]) != trail["count"]:
        yield f"It has {len(trail['events'])} events of {trail['count']}: the chain was shortened."


def _flips(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Every change of a flag that the counter has counted is on the trail."""
    trail = certificate["trail"]
    epochs = sorted(epoch for event in trail["events"] if (epoch := told.epoch_of(event)))
    if epochs != list(range(1, trail["epoch"] + 1)):
        yield f"Flags were changed {trail['epoch']} times, and the trail tells of {len(set(epochs))} changes."


def _listed(certificate: Mapping[str, Any]) -> Iterator[str]:
    """What the certificate lists is what the trail tells."""
    for name, expected in told.numbers(certificate["trail"]["events"]).items():
        listed = certificate[name]
        if any(type(number) is not int for number in listed):
            yield f"Among the {name} is what is no number of an event."
            continue
        if missing := sorted(set(expected) - set(listed)):
            yield f"Of the {name} it leaves out the events {', '.join(map(str, missing))}."
        if besides := sorted(set(listed) - set(expected)):
            yield f"Of the {name} it lists events that are none: {', '.join(map(str, besides))}."
        if not (missing or besides) and listed != expected:
            yield f"It lists the {name} in another order than the trail, or one of them twice."


def _proofs(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Each proof is of rollbacks that the trail tells of."""
    events = certificate["trail"]["events"]
    rolled = {told.epoch_of(event): event["subject"] for event in events if told.is_rollback(event)}
    flipped = {told.epoch_of(event) for event in events}
    for proof in certificate["proofs"]:
        for flag, epoch in zip(proof["flags"], proof["epochs"], strict=True):
            # A flag that was rolled back already takes no epoch.
            if epoch not in flipped or rolled.get(epoch, flag) != flag:
                yield f"A proof speaks of epoch {epoch} of {flag}, and the trail has no such rollback."


def _bounds(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Each bound is what its counts come to."""
    for seam in certificate["seams"]:
        if not seam["comparisons"]:
            if seam["bound"] is not None or seam["answer"] == "open":
                yield f"Nothing of {seam['name']} was compared, and it says that enough was."
            continue
        bound = upper_bound(failures=seam["failures"], trials=seam["comparisons"], alpha=certificate["alpha"])
        if seam["bound"] is None or abs(bound - seam["bound"]) > _NEARLY:
            yield f"The bound of {seam['name']} is {seam['bound']}, and its counts come to {bound:.6g}."


def _published(certificate: Mapping[str, Any], heads: Sequence[str]) -> Checked:
    known = {event["hash"] for event in certificate["trail"]["events"]}
    if lacking := [head for head in heads if head not in known]:
        sentence = f"{len(lacking)} of {len(heads)} heads that were published are not on its trail: it is another one."
        return Checked(name="published", holds=False, sentence=sentence)
    if not heads:
        return Checked(name="published", holds=True, sentence="No published heads were given to compare it with.")
    return Checked(name="published", holds=True, sentence=f"Its trail has every one of {len(heads)} published heads.")


_RULES: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "chain": _chain,
    "flips": _flips,
    "lists": _listed,
    "proofs": _proofs,
    "bounds": _bounds,
}
_HOLDS: Final = {
    "chain": "The chain of the trail is unbroken, from its first event to the head that is named.",
    "flips": "Every change of a flag is on the trail.",
    "lists": "Overrides, declarations, rollbacks, healings and restores are exactly those of the trail.",
    "proofs": "Each proof is of a rollback that the trail tells of.",
    "bounds": "Each bound is what its counts come to.",
}
"""What is said where a rule holds."""
