"""Frames of any library, by what those of pandas have: labels in ``axes``, ``iloc``, and an ``equals`` of their own."""

from collections import OrderedDict
from typing import Any

from migration_harness.comparing.stored import declares


def is_frame(kind: type) -> bool:
    """Tell whether values of a class are tables, or columns of one, whose rows have labels."""
    return declares(kind, "equals") and declares(kind, "axes") and declares(kind, "iloc")


def parts_of(frame: Any) -> dict[str, Any]:
    """Return labels and elements of a frame; raises what reading it raises."""
    index = frame.axes[0].tolist()
    if len(frame.axes) == 1:
        return {"index": index, "values": frame.tolist()}
    labels = frame.axes[1].tolist()
    columns = [frame.iloc[:, place].tolist() for place in range(len(labels))]
    pairs = list(zip(labels, columns, strict=True))
    # Two columns of one label have no name but their place.
    return {"index": index, "columns": OrderedDict(pairs) if len(set(labels)) == len(labels) else pairs}
