"""Reports for people about one answer."""

from __future__ import annotations

from collections.abc import Sequence

from .questions import Answer, Tags


def summary(answer: Answer) -> str:
    """Count the tags, and compare them with those of packaging in the same interpreter."""
    text = f"{len(answer.ours.platforms)} platform tags, {len(answer.ours.triples)} in all; packaging "
    if answer.theirs is None:
        return text + (f"fails: {answer.failure}" if answer.failure else "does not run there")
    if answer.theirs == answer.ours:
        return text + "gives the same"
    return text + "differs: " + _apart_text(answer.ours, answer.theirs)


def _apart_text(ours: Tags, theirs: Tags) -> str:
    more, less = apart(ours.platforms, theirs.platforms)
    if more or less:
        return f"ours only {_few(more)}; theirs only {_few(less)}"
    more, less = apart(ours.triples, theirs.triples)
    if more or less:
        return f"ours only {_few(more)}; theirs only {_few(less)}"
    return "the order"


def apart(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """List the tags that only we have, and the tags that only packaging has."""
    return [tag for tag in ours if tag not in set(theirs)], [tag for tag in theirs if tag not in set(ours)]


def _few(tags: Sequence[str], most: int = 3) -> str:
    rest = f" and {len(tags) - most} more" if len(tags) > most else ""
    return (" ".join(tags[:most]) or "none") + rest
