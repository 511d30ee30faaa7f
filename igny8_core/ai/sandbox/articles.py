"""What the sandbox answers to the writer, the linker and the optimizer: an article, image prompts, links."""

import re
from html import escape
from typing import Any, Final

from igny8_core.ai.sandbox.writing import paragraph, sentence

_HEADINGS: Final = ("What it is", "What it costs", "How to begin", "What goes wrong", "Where to go from here")
_TAG: Final = re.compile(r"<[^>]*>")
_STYLES: Final = (
    "a wide photograph in morning light",
    "a close view of the details",
    "a flat illustration in two colours",
)


def article(data: dict[str, Any], seed: str) -> dict[str, Any]:
    """Return an article with headings, paragraphs and a list."""
    title = str(data.get("title") or "An article")
    subject = _subject(data, title)
    parts = [f"<p>{escape(paragraph(subject, f'{seed}.lead'))}</p>"]
    for heading in _HEADINGS:
        text = escape(paragraph(subject, f"{seed}.{heading}"))
        parts.append(f"<h2>{heading}</h2>\n<p>{text}</p>")
    items = "".join(f"<li>{escape(str(keyword))}</li>" for keyword in data.get("keywords", []) or [subject])
    parts.insert(3, f"<ul>{items}</ul>")
    return {
        "title": title,
        "html": "\n".join(parts),
        "meta_title": title[:60],
        "meta_description": sentence(subject, f"{seed}.meta"),
    }


def optimized(data: dict[str, Any], seed: str) -> dict[str, Any]:
    """Return the article that was given, with a paragraph that sums it up."""
    title = str(data.get("title") or "it")
    subject = _subject(data, title)
    html = str(data.get("html") or f"<p>{escape(paragraph(subject, seed))}</p>")
    summary = escape(paragraph(subject, f"{seed}.summary", sentences=2))
    return {
        "html": f"{html}\n<h2>In short</h2>\n<p>{summary}</p>",
        "meta_title": title[:60],
        "meta_description": sentence(subject, f"{seed}.meta"),
    }


def image_prompts(data: dict[str, Any], seed: str) -> dict[str, Any]:
    """Return the prompt of the featured image and as many for the article as were asked for."""
    title = str(data.get("title") or "the article")
    count = int(data.get("in_article_images", 2))
    scenes = [f"{_STYLES[index % len(_STYLES)]}: {sentence(title, f'{seed}.{index}')}" for index in range(count + 1)]
    return {
        "featured": f"{title}, {scenes[0]}",
        "in_article": [f"{title}, part {index}, {scene}" for index, scene in enumerate(scenes[1:], start=1)],
    }


def links(data: dict[str, Any], _seed: str) -> dict[str, Any]:
    """Link words of the article to the candidates, one anchor each, in the order of the candidates."""
    html = str(data.get("html") or data.get("content") or "")
    words = list(dict.fromkeys(re.findall(r"[A-Za-z]{5,}", _TAG.sub(" ", html))))
    made = []
    for candidate in data.get("candidates", []):
        titles = {word.lower() for word in re.findall(r"[A-Za-z]{4,}", str(candidate.get("title", "")))}
        anchor = next((word for word in words if word.lower() in titles), words[0] if words else "")
        if anchor:
            words.remove(anchor)
            made.append({"content_id": candidate.get("id"), "anchor": anchor})
    return {"links": made}


def _subject(data: dict[str, Any], title: str) -> str:
    keywords = [str(keyword) for keyword in data.get("keywords", []) or []]
    return (keywords[0] if keywords else title).lower()
