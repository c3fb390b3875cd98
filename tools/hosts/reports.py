"""What people read about one answer: how many tags, and how they compare with packaging's."""

from __future__ import annotations

from collections.abc import Sequence

from .questions import Answer, Tags


def summary(answer: Answer) -> str:
    """How many tags, and how they compare with packaging's in the same interpreter."""
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
    """Tags that only ours has, and tags that only theirs has."""
    return [tag for tag in ours if tag not in set(theirs)], [tag for tag in theirs if tag not in set(ours)]


def _few(tags: Sequence[str], most: int = 3) -> str:
    rest = f" and {len(tags) - most} more" if len(tags) > most else ""
    return (" ".join(tags[:most]) or "none") + rest
