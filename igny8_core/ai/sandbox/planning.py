"""What the sandbox answers to the planner: clusters of keywords, ideas for clusters."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from igny8_core.ai.sandbox.writing import number, sentence

_STOP_WORDS: Final = frozenset(
    {"a", "an", "and", "at", "best", "buy", "for", "from", "how", "in", "is", "near", "of", "on", "or", "the", "to"}
    | {"vs", "what", "why", "with", "your"}
)
_TITLES: Final = (
    "A beginner's guide to {0}",
    "What {0} really costs",
    "{0}: seven mistakes and how to avoid them",
    "How to choose {0}",
    "{0} step by step",
)
_IDEAS_PER_CLUSTER: Final = 2


def clusters(data: dict[str, Any], seed: str) -> dict[str, Any]:
    """Put keywords that share their most frequent word into one cluster."""
    keywords = [k for k in data.get("keywords", []) if isinstance(k, dict)]
    words = {k["id"]: _words(str(k.get("keyword", ""))) for k in keywords}
    frequency = Counter(word for found in words.values() for word in set(found))
    groups: dict[str, list[int]] = {}
    for keyword in keywords:
        found = words[keyword["id"]] or [str(keyword.get("keyword", "")).lower() or "keywords"]
        subject = max(found, key=lambda word: (frequency[word], -found.index(word)))
        groups.setdefault(subject, []).append(keyword["id"])
    return {
        "clusters": [
            {"name": subject.capitalize(), "description": sentence(subject, f"{seed}.{subject}"), "keyword_ids": ids}
            for subject, ids in groups.items()
        ]
    }


def ideas(data: dict[str, Any], seed: str) -> dict[str, Any]:
    """Return two ideas for each cluster."""
    return {"ideas": [idea for cluster in data.get("clusters", []) for idea in _ideas_of(cluster, seed)]}


def _ideas_of(cluster: dict[str, Any], seed: str) -> Iterable[dict[str, Any]]:
    name, keywords = str(cluster.get("name", "it")), [str(k) for k in cluster.get("keywords", [])]
    first = number(f"{seed}.{name}", len(_TITLES))
    for step in range(_IDEAS_PER_CLUSTER):
        title = _TITLES[(first + step) % len(_TITLES)].format(name)
        yield {
            "cluster_id": cluster.get("id"),
            "title": title[0].upper() + title[1:],
            "description": sentence(name.lower(), f"{seed}.{title}"),
            "keywords": keywords[step::_IDEAS_PER_CLUSTER] or keywords[:1],
        }


def _words(keyword: str) -> list[str]:
    return [word for word in re.findall(r"\w+", keyword.lower()) if word not in _STOP_WORDS]
