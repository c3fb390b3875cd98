"""Whether manytags and a loader agree on a file.

The law: nothing that a loader refuses, or reads otherwise, is called clean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from manytags.documents import TextEnum

from .ours import Opinion
from .real import Answer

#: How loaders say that no library defines a symbol.
_UNDEFINED = (
    re.compile(r"undefined symbol: (.*?)(?:, version \S*)?(?:\t.*)?$", re.DOTALL),
    re.compile(r"Error relocating [^:]*: (.*): symbol not found", re.DOTALL),
)


class Outcome(TextEnum):
    """How manytags and a loader agree."""

    SAME = "loaded, and called clean"
    BOTH_REFUSE = "refused, and not called clean"
    UNSEEN = "refused, and called clean"
    MISREAD = "read otherwise, and called clean"
    CRIED = "loaded as before, and not called clean"
    CHANGED = "loaded otherwise than before, and not called clean"
    DATA = "refused, and data that no name calls code"
    HOST = "refused for a symbol that we list and no library defines"
    CRASHED = "loaded, called clean, and crashed in its own code"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An outcome, and what it rests on."""

    outcome: Outcome
    detail: str = ""


def compare(answer: Answer, opinion: Opinion, before: Answer, clean_before: bool) -> Comparison:
    """Compare a loader's answer on a changed file with manytags' opinion.

    :param before: the loader's answer on the file before it was changed.
    :param clean_before: whether manytags called that file clean.
    """
    if answer.reading is None:
        return _compare_refusal(answer.refusal, opinion)
    differences = answer.reading.differences(opinion.reading) if opinion.reading else ("no reading",)
    detail = "; ".join(
        f"{name}: {_text(getattr(answer.reading, name))}, we say {_text(getattr(opinion.reading, name))}"
        for name in differences
        if opinion.reading
    )
    if opinion.is_clean:
        if answer.crash and not differences:
            return Comparison(Outcome.CRASHED, answer.crash)
        return Comparison(Outcome.MISREAD if differences else Outcome.SAME, detail or "; ".join(differences))
    if answer != before:
        return Comparison(Outcome.CHANGED, detail)
    cried = clean_before or differences
    return Comparison(Outcome.CRIED if cried else Outcome.BOTH_REFUSE, detail or "".join(opinion.reasons[:1]))


def _compare_refusal(refusal: str, opinion: Opinion) -> Comparison:
    if not opinion.is_clean:
        return Comparison(Outcome.BOTH_REFUSE)
    symbols = [symbol[1] for pattern in _UNDEFINED if (symbol := pattern.search(refusal))]
    if opinion.reading is None:
        return Comparison(Outcome.DATA, refusal)
    # Of a path in a message, the folder was cut off.
    listed = any(name == symbol or name.endswith(f"/{symbol}") for symbol in symbols for name in opinion.undefined)
    return Comparison(Outcome.HOST if listed else Outcome.UNSEEN, refusal)


def _text(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)
