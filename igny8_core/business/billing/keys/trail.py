"""What the audit trail says of a key that was saved."""

from migration_harness.api import Secret, record_event


def record_saved(*, subject: str, field: str, before: Secret | None, after: Secret, actor: str) -> None:
    """Put the change of a key on the trail, in the transaction that saves it; ``before`` is None where unreadable."""
    record_event(
        actor=actor,
        action="save provider key",
        subject=subject,
        before={field: fingerprint(before)},
        after={field: fingerprint(after)},
    )


def fingerprint(key: Secret | None) -> str:
    """Return how the audit trail names a key: never with a fragment of it."""
    if key is None:
        return "unreadable"
    return key.fingerprint if key else "not set"
