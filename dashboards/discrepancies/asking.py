"""What an address asks of the discrepancies: ``?q=credits&verdict=mismatch``; what nobody can read asks for nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from dashboards.labels import REVIEWS, VERDICTS
from migration_harness.queries import Discrepancy

_WAITING = ("open", "reopened")


class FilterForm(forms.Form):
    """The fields by which discrepancies are found."""

    q = forms.CharField(
        required=False,
        max_length=300,
        label="Find",
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Seam, group, field, signature or person",
                "autocomplete": "off",
                "data-key": "/",
            }
        ),
    )
    seam = forms.ChoiceField(required=False, label="Seam")
    verdict = forms.ChoiceField(required=False, label="Verdict")
    state = forms.ChoiceField(
        required=False, label="State", choices=[("", "Any"), *((each, REVIEWS[each].word) for each in _WAITING)]
    )

    def __init__(self, data: QueryDict, found: Iterable[Discrepancy]) -> None:
        super().__init__(data, label_suffix="")
        known = list(found)
        self._offer("seam", [(each, each) for each in sorted({each.seam for each in known})])
        self._offer("verdict", [(each, VERDICTS[each].word) for each in sorted({each.verdict for each in known})])

    def _offer(self, name: str, offered: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  For the type checker.
        field.choices = [("", "Any"), *offered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked for, and those of the discrepancies that it finds."""

    form: FilterForm
    found: list[Discrepancy]
    is_empty: bool


def filter_of(data: QueryDict, discrepancies: list[Discrepancy]) -> Filter:
    """Read what is asked for, as far as it makes sense, and look for it."""
    form = FilterForm(data, discrepancies)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    text = asked.pop("q", "").strip().casefold()
    found = [each for each in discrepancies if all(getattr(each, name) == value for name, value in asked.items())]
    return Filter(
        form=form,
        found=[each for each in found if text in _text(each)] if text else found,
        is_empty=not (asked or text),
    )


def _text(found: Discrepancy) -> str:
    """Return what is looked through."""
    return " ".join((found.seam, *found.group, found.cause, found.signature, found.assignee)).casefold()
