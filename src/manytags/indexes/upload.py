"""Would an index accept this file, and why not? Pure, except for today's date and for a path, which is audited.

The profile says what an index accepts. ``upload_names`` has Warehouse's rules for file names, ``tag_checks`` has the
checks of tags.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace

from ..errors import InvalidProfile, InvalidWheelFilename
from ..tags.filename import parse_wheel_filename
from .instead import instead_of
from .profiles import Decision, Profile, TagRule, builtin_profile
from .tag_checks import check_floors, check_numbers, check_pairs, check_takers
from .upload_names import NameParts, read_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from datetime import date

    from ..audits.report import WheelAudit

    #: The part of the name that a check blames, what is wrong with it, and what to do instead.
    Findings = Iterator[tuple[str, str, str]]

REFUSED, DEPRECATED, MISLEADING = "refused", "accepted but deprecated", "accepted but misleading"
#: Action of a profile -> severity.
SEVERITIES = {"refuse": REFUSED, "deprecate": DEPRECATED, "warn": MISLEADING}
#: Checks of a platform tag, in this order: name in a profile -> what returns the problem in words, if there is one.
PLATFORM_CHECKS: dict[str, Callable[[str, Profile], str]] = {
    "numbers": lambda tag, profile: check_numbers(tag, profile, dict(profile.checks)["numbers"].date),
    "floors": check_floors,
    "takers": lambda tag, _: check_takers(tag),
}
#: How many reasons for a false tag are reported, and how many characters of them. The audit has them all.
_MOST_REASONS, _LONGEST_WHY = 3, 1_000


@dataclass(frozen=True, slots=True)
class UploadProblem:
    """Why an index rejects a file, or should.

    :param tag: the part of the file's name that causes the problem.
    :param severity: ``refused``, ``accepted but deprecated`` or ``accepted but misleading``.
    :param message: what is wrong; PyPI's own words if PyPI refuses the file.
    :param instead: what to do instead.
    :param rule: the rule in words.
    :param source: where the rule is from: a URL or a document.
    :param date: when it was read there or made, ``YYYY-MM-DD``.
    """

    tag: str
    severity: str
    message: str
    instead: str
    rule: str
    source: str
    date: str

    @property
    def refused(self) -> bool:
        """Whether the index refuses the file."""
        return self.severity == REFUSED

    def to_data(self) -> dict[str, str]:
        """Return the fields as data for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        where = ", ".join(filter(None, (self.source, self.date)))
        lines = [f"{self.severity}: {self.message}"]
        lines += [f"  instead: {self.instead}"] if self.instead else []
        lines += [f"  rule: {self.rule}{f' ({where})' if where else ''}"] if self.rule or where else []
        return "\n".join(lines)


def check_upload(
    file: str | os.PathLike[str] | WheelAudit, index: str | Profile = "pypi", *, today: date | None = None
) -> tuple[UploadProblem, ...]:
    """List the problems that an index has with a wheel; none if the wheel is fine.

    The index refuses the file if one of the problems is ``refused``. It accepts a file with other problems.

    :param file: a wheel file name, exactly as it would be sent. A path (``pathlib.Path``) is opened and audited as
        well, and the result of an audit is used as it is; then false tags are among the problems.
    :param index: ``pypi``, ``piwheels``, ``strict``, or a profile of your own from :func:`parse_profile`.
    :param today: the day for which deprecation periods are evaluated; by default the current day in UTC.
    :raises InvalidProfile: no profile has this name.
    :raises InvalidWheel: the file at the path is not a wheel.

    >>> [problem] = check_upload("foo-1.0-cp312-cp312-linux_x86_64.whl")
    >>> print(problem.severity, "-", problem.message)
    refused - Binary wheel 'foo-1.0-cp312-cp312-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.
    >>> check_upload("foo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl")
    ()

    Rule: Warehouse's ``forklift/legacy.py`` of 2026-08-21 for ``pypi``; each problem names its own.
    """
    profile = builtin_profile(index) if isinstance(index, str) else index
    if not isinstance(profile, Profile):
        raise InvalidProfile(repr(index), "expected a name or a Profile")
    if today is None:
        from datetime import datetime, timezone

        today = datetime.now(timezone.utc).date()
    if isinstance(file, str):
        return name_problems(file, profile, today.isoformat())
    from ..audits.report import WheelAudit
    from ..audits.wheel import audit

    audited = file if isinstance(file, WheelAudit) else audit(file)
    problems = name_problems(audited.name, profile, today.isoformat())
    return problems + tuple(_of_check("audit", _false_tags(audited), profile, today.isoformat()))


def name_problems(text: str, profile: Profile, day: str) -> tuple[UploadProblem, ...]:
    """List the problems that an index has with a file name on a day (``YYYY-MM-DD``). Pure."""
    parts, name_errors = read_name(text, profile.names)
    names = profile.names
    refusals = [
        UploadProblem(error.part, REFUSED, error.message, error.instead, error.rule, names.source, names.date)
        for error in name_errors
    ]
    if parts is None:
        return tuple(refusals)
    problems = [problem for tag in parts.platforms for problem in _of_platform(tag, text, profile, day)]
    problems += refusals
    if not any(problem.refused for problem in problems):
        problems += _of_check("readable", _unreadable(text), profile, day)
    return tuple(problems + _of_check("pairs", _unclaimed_pairs(parts), profile, day))


def _of_platform(tag: str, file: str, profile: Profile, day: str) -> list[UploadProblem]:
    """Apply the rules to a platform tag, then the checks."""
    rule = profile.rule_for(tag, day)
    if rule is not None and rule.action == "implied":
        # The index reads the tag as these others.
        return [
            replace(problem, tag=tag, message=f"{tag} is read as {other}: {problem.message}")
            for other in rule.read_as
            for problem in _of_platform(other, file, profile, day)
        ]
    if rule is None:
        message = f"no rule of {profile.name} accepts the platform tag {tag!r}"
        return [UploadProblem(tag, REFUSED, message, instead_of(tag, profile, day), "", "", "")]
    problems = []
    action = rule.on(day)
    if action in SEVERITIES:
        problems.append(_of_rule(tag, file, rule, profile, day))
    if action != "refuse":
        # One problem is enough for an accepted tag, but a check may still refuse it.
        problems += [problem for problem in _of_checks(tag, profile, day) if problem.refused or not problems]
    return problems


def _of_rule(tag: str, file: str, rule: TagRule, profile: Profile, day: str) -> UploadProblem:
    action = rule.on(day)
    values = {"file": file, "tag": tag}
    if rule.message:
        # In one pass, so that `{tag}` in a file name is not replaced.
        message = re.sub(r"\{(file|tag)\}", lambda field: values[field[1]], rule.message)
    elif action == "refuse":
        start = rule.until if rule.action == "deprecate" else rule.since
        message = f"{profile.name} does not accept the platform tag {tag!r}" + (f", since {start}" if start else "")
    else:
        message = f"the platform tag {tag!r} is " + ("deprecated" if action == "deprecate" else "misleading")
    if action == "deprecate":
        message += _until(rule)
    instead = rule.instead or instead_of(tag, profile, day)
    return UploadProblem(tag, SEVERITIES[str(action)], message, instead, rule.rule, rule.source, rule.date)


def _until(decision: Decision) -> str:
    return f" and refused from {decision.until} on" if decision.until else ""


def _of_checks(tag: str, profile: Profile, day: str) -> list[UploadProblem]:
    """Return the first problem that the checks have with a platform tag; a refusal comes before other problems."""

    def findings(check: Callable[[str, Profile], str]) -> Findings:
        message = check(tag, profile)
        if message:
            yield tag, message, instead_of(tag, profile, day)

    problems = [
        problem for name, check in PLATFORM_CHECKS.items() for problem in _of_check(name, findings(check), profile, day)
    ]
    return sorted(problems, key=lambda problem: not problem.refused)[:1]


def _of_check(name: str, findings: Findings, profile: Profile, day: str) -> list[UploadProblem]:
    """Turn the findings of a check into problems, if the profile has this check."""
    check = dict(profile.checks).get(name)
    action = check and check.on(day)
    if check is None or action not in SEVERITIES:
        return []
    until = f"; deprecated{_until(check)}" if action == "deprecate" else ""
    return [
        UploadProblem(part, SEVERITIES[action], message + until, instead, check.rule, check.source, check.date)
        for part, message, instead in findings
    ]


def _unreadable(text: str) -> Findings:
    try:
        parse_wheel_filename(text)
    except InvalidWheelFilename as error:
        yield text, f"installers cannot read the name: {error.reason}", "a name that installers can read"


def _unclaimed_pairs(parts: NameParts) -> Findings:
    for tag, message in check_pairs(parts.pythons, parts.abis):
        yield tag, message, "the python tag and the ABI tag of the interpreter that it was built for"


def _false_tags(audit: WheelAudit) -> Findings:
    """Yield binaries that the audit could not read, and false tags."""
    from ..audits.remarks import RemarkKind

    for remark in audit.remarks:
        if remark.kind is RemarkKind.DAMAGED:
            yield remark.file, f"{remark.file} is not sound: {remark.text}", "a rebuilt wheel"
    for claim in audit.claims:
        if claim.is_false:
            more = len(claim.reasons) - _MOST_REASONS
            why = "; ".join(map(str, claim.reasons[:_MOST_REASONS])) or claim.note
            why = f"{why[:_LONGEST_WHY]}..." if len(why) > _LONGEST_WHY else why
            why += f"; and {more} more" if more > 0 else ""
            message = f"the {claim.kind} {claim.tag} is false" + (f": {why}" if why else "")
            instead = (
                f"true tags: {' or '.join(claim.true_tags)}" if claim.true_tags else "a tag that the code complies with"
            )
            yield claim.tag, message, instead
