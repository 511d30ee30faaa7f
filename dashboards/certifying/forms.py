"""What a person enters to have a certificate made, and to check one."""

from typing import Any, Final

from django import forms

from dashboards.forms import ConsoleForm
from migration_harness.certificate.signing import is_public

MOST_BYTES: Final = 32 * 1024 * 1024
"""Of a file that is checked here; a larger one the command checks."""


class MakeForm(ConsoleForm):
    """A certificate of what the migration comes to now."""

    title = "Certify what the migration came to"


class CheckForm(forms.Form):
    """A certificate, and the public key of who is said to have signed it."""

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")

    file = forms.FileField(
        label="Certificate", help_text="The file, not its page.", error_messages={"required": "Choose a file."}
    )
    key = forms.CharField(
        max_length=64,
        label="Public key",
        help_text="64 hexadecimal digits, as whoever certifies gave it to you, past the certificate itself.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Say whose signature it must have."},
    )

    def clean_file(self) -> bytes:
        """Return the bytes of the file."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(
                f"{sent.size:,} bytes: here up to {MOST_BYTES:,} are checked, and by harness certificate verify any."
            )
        return bytes(sent.read())

    def clean_key(self) -> str:
        """Return the key."""
        text: str = self.cleaned_data["key"].strip().lower()
        if not is_public(text):
            raise forms.ValidationError("A public key has 64 hexadecimal digits.")
        return text
