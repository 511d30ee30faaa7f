"""A certificate as bytes: one way to write it, so that a byte that was changed anywhere is another certificate."""

import json
from collections.abc import Mapping
from typing import Any, Final

FORMAT: Final = "migration-harness-certificate"
VERSION: Final = 1
ALGORITHM: Final = "Ed25519"
_DIGITS: Final = {"key": 64, "value": 128}


class NoCertificate(Exception):
    """What was given is no certificate of this format, or not written as one is."""


def written(document: Mapping[str, Any]) -> bytes:
    """Return a document as its file has it: JSON in ASCII, keys in order, one space deep."""
    return json.dumps(document, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"


def signed_part(certificate: Mapping[str, Any]) -> bytes:
    """Return what is signed: the certificate without its signature, with what says how it is to be read."""
    return written({"format": FORMAT, "version": VERSION, "certificate": certificate})


def with_signature(certificate: Mapping[str, Any], *, key: str, value: str) -> bytes:
    """Return the file of a certificate; key and value of the signature are hexadecimal."""
    signature = {"algorithm": ALGORITHM, "key": key, "value": value}
    return written({"format": FORMAT, "version": VERSION, "certificate": certificate, "signature": signature})


def read(text: bytes) -> dict[str, Any]:
    """Return the document of a file. Raises NoCertificate with a sentence."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoCertificate(f"It is no JSON: {error}.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NoCertificate("It is no certificate of a migration.")
    # In JSON 1.0 and true are equal to 1, and are no version.
    if type(document.get("version")) is not int or document["version"] != VERSION:
        raise NoCertificate(f"It is of version {document.get('version')!r}, and this reads version {VERSION}.")
    if document.keys() != {"format", "version", "certificate", "signature"}:
        raise NoCertificate("It has other parts than a certificate and its signature.")
    if not _is_signature(document["signature"]):
        raise NoCertificate(f"Its signature is none of {ALGORITHM}, written as one is: bytes of it were changed.")
    if not _is_as_written(document, text):
        raise NoCertificate("It is not written as a certificate is: bytes of it were changed.")
    return document


def _is_signature(signature: Any) -> bool:
    """Tell whether a signature says what it is, and is written in the one way: hexadecimal has others."""
    return (
        isinstance(signature, dict)
        and signature.keys() == {"algorithm", "key", "value"}
        and signature["algorithm"] == ALGORITHM
        and all(_is_hexadecimal(signature[name], digits) for name, digits in _DIGITS.items())
    )


def _is_hexadecimal(value: Any, digits: int) -> bool:
    return isinstance(value, str) and len(value) == digits and not set(value) - set("0123456789abcdef")


def _is_as_written(document: Mapping[str, Any], text: bytes) -> bool:
    try:
        return written(document) == text
    except (ValueError, RecursionError):
        # Of numbers that are none, or deeper than anybody writes.
        return False
