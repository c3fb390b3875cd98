"""``manytags``: what a machine is, how that is known, what follows from it, and the first of its tags."""

from __future__ import annotations

import argparse

from ..hosts import Facts
from ..targets import Target
from .layout import columns, printable
from .target_choice import add_target_options, choose_target, is_here

SHOWN_TAGS = 10
_INDENT = "  "


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``manytags`` without a command."""
    parser.add_argument("--json", action="store_true", help="print the target and all its tags as JSON")
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the machine."""
    target, facts = choose_target(arguments)
    if arguments.json:
        print(as_json(target))
    else:
        hint = "manytags tags" if is_here(arguments) else "`manytags tags` with the same options"
        print("\n".join(report(target, facts, hint)))
    return 0


def as_json(target: Target) -> str:
    """Write a target like :meth:`Target.to_json`, and add its tags."""
    import json

    document = json.loads(target.to_json())
    return json.dumps({**document, "build_tag": target.build_tag(), "tags": target.triples()}, indent=2)


def report(target: Target, facts: Facts | None, hint: str) -> list[str]:
    """Lay out what people want to know about a machine, and what a bug report about it needs.

    :param facts: the facts that the target was inferred from, if it was probed.
    :param hint: the command that prints all tags.
    """
    evidence = [(item.subject, item.conclusion, item.because) for item in target.evidence]
    if facts is not None:
        evidence = [*_surroundings(facts), *evidence]
    lines = [printable(str(target))]
    if facts is not None and facts.text("executable"):
        lines.append(printable(facts.text("executable")))
    lines.append("")
    if evidence:
        lines += ["Found, and where", *columns(evidence, _INDENT), ""]
    unseen = facts.texts("unseen") if facts is not None else ()
    if unseen:
        lines += ["Looked for, but not found", *columns([("-", item) for item in unseen], _INDENT), ""]
    lines += ["What follows", *columns(_consequences(target), _INDENT), ""]
    return lines + _first_tags(target, hint)


def _surroundings(facts: Facts) -> list[tuple[str, str, str]]:
    """The distribution and the kernel: no tag depends on them, but people ask for them first."""
    rows = []
    distribution = " ".join(filter(None, (facts.text("os_id"), facts.text("os_version_id"))))
    if distribution:
        rows.append(("distribution", distribution, facts.seen("os_id")))
    system = " ".join(filter(None, (facts.text("system"), facts.text("release"), facts.text("machine"))))
    if system:
        rows.append(("system", system, facts.seen("release").removesuffix(".release")))
    return rows


def _consequences(target: Target) -> list[tuple[str, str]]:
    python, own_abi, _ = next(iter(target.ranks))
    return [
        ("ABI tags", ", ".join(dict.fromkeys(abi for _, abi, _ in target.ranks))),
        ("platform tags", _ends(target.platform_tags())),
        ("a wheel built on it", f"{python}-{own_abi}-{target.build_tag()}"),
    ]


def _ends(tags: tuple[str, ...]) -> str:
    shown = [*tags[:2], "...", tags[-1]] if len(tags) > 3 else list(tags)
    return f"{len(tags)}: {', '.join(shown)}" if shown else "none but any"


def _first_tags(target: Target, hint: str) -> list[str]:
    tags = target.triples()
    lines = [_INDENT + printable(tag) for tag in tags[:SHOWN_TAGS]]
    if len(tags) <= SHOWN_TAGS:
        return [f"Takes {len(tags)} tags, best first", *lines]
    return [f"Takes {len(tags)} tags; the first {SHOWN_TAGS}, best first", *lines, f"{_INDENT}... all of them: {hint}"]
