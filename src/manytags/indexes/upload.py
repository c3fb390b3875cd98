"""Would an index take this file, and why not? Pure, but for today's date and for a path that is to be audited.

What an index lets in is in its profile; what Warehouse says of file names is in ``upload_names``, what can be wrong
with tags in ``tag_checks``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..errors import InvalidProfile, InvalidWheelFilename
from ..tags.filename import parse_wheel_filename
from .instead import instead_of
from .profiles import Decision, Profile, TagRule, builtin_profile
from .tag_checks import check_floors, check_numbers, check_pairs, check_takers
from .upload_names import NameParts, NameProblem, read_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from datetime import date

    from ..audits.report import WheelAudit

REFUSED, DEPRECATED, MISLEADING = "refused", "accepted but deprecated", "accepted but misleading"
#: What a profile does -> how grave that is.
SEVERITIES = {"refuse": REFUSED, "deprecate": DEPRECATED, "warn": MISLEADING}
#: Reasons that are told why a tag is false, and characters of them; the audit has them all.
_MOST_REASONS, _LONGEST_WHY = 3, 1_000


@dataclass(frozen=True, slots=True)
class UploadProblem:
    """What an index has, or should have, against a file.

    :param tag: the part of the file's name that is to blame.
    :param severity: ``refused``, ``accepted but deprecated`` or ``accepted but misleading``.
    :param message: what is wrong; where PyPI refuses, its own words.
    :param instead: what to do instead.
    :param rule: the rule that says so.
    :param source: where the rule is from, a URL or a document.
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
        """Whether the index does not take the file."""
        return self.severity == REFUSED

    def to_data(self) -> dict[str, str]:
        """Give the fields as JSON has them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        where = ", ".join(filter(None, (self.source, self.date)))
        lines = [f"{self.severity}: {self.message}"]
        lines += [f"  instead: {self.instead}"] if self.instead else []
        lines += [f"  rule: {self.rule}{f' ({where})' if where else ''}"] if self.rule or where else []
        return "\n".join(lines)


def check_upload(
    file: str | os.PathLike[str] | WheelAudit, index: str | Profile = "pypi", *, today: date | None = None
) -> tuple[UploadProblem, ...]:
    """List what an index has against a wheel; nothing where it takes it gladly.

    A file can have problems and be taken: the index refuses it where some problem is ``refused``.

    :param file: a wheel file name, exactly as it would be sent. A path (``pathlib.Path``) is opened and audited as
        well, and an audit's result is used as it is: then false tags are among the problems.
    :param index: ``pypi``, ``piwheels``, ``strict``, or a profile of your own from :func:`parse_profile`.
    :param today: the day that deprecation periods are counted to, by default the present one in UTC.
    :raises InvalidProfile: no profile has this name.
    :raises InvalidWheel: the path leads to no wheel.

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
    found = name_problems(audited.name, profile, today.isoformat())
    return found + tuple(_of_audit(audited, profile, today.isoformat()))


def name_problems(text: str, profile: Profile, day: str) -> tuple[UploadProblem, ...]:
    """List what an index has against a file name on a day (``YYYY-MM-DD``). Pure."""
    parts, wrong = read_name(text, profile.names)
    refusals = [_of_name(problem, profile) for problem in wrong]
    if parts is None:
        return tuple(refusals)
    found = [problem for tag in parts.platforms for problem in _of_platform(tag, text, profile, day)]
    found += refusals
    if not any(problem.refused for problem in found):
        found += _of_reading(text, profile, day)
    return tuple(found + _of_pairs(parts, profile, day))


def _of_name(problem: NameProblem, profile: Profile) -> UploadProblem:
    names = profile.names
    return UploadProblem(
        problem.part, REFUSED, problem.message, problem.instead, problem.rule, names.source, names.date
    )


def _of_platform(tag: str, file: str, profile: Profile, day: str) -> list[UploadProblem]:
    """List what the rules and then the checks say of one platform tag."""
    rule = profile.rule_for(tag, day)
    if rule is not None and rule.action == "implied":
        return [problem for other in rule.read_as for problem in _of_implied(tag, other, file, profile, day)]
    if rule is None:
        message = f"no rule of {profile.name} lets the platform tag {tag!r} in"
        return [UploadProblem(tag, REFUSED, message, instead_of(tag, profile, day), "", "", "")]
    found = []
    action = rule.on(day)
    if action in SEVERITIES:
        found.append(_of_rule(tag, file, rule, profile, day))
    if action != "refuse":
        # One thing is told of a tag that is let in, unless a check keeps it out after all.
        found += [problem for problem in _of_checks(tag, profile, day) if problem.refused or not found]
    return found


def _of_implied(tag: str, other: str, file: str, profile: Profile, day: str) -> list[UploadProblem]:
    """List what an index says of a tag that it reads as another one."""
    return [
        replace(problem, tag=tag, message=f"{tag} is read as {other}: {problem.message}")
        for problem in _of_platform(other, file, profile, day)
    ]


def _of_rule(tag: str, file: str, rule: TagRule, profile: Profile, day: str) -> UploadProblem:
    action = rule.on(day)
    told = {"file": file, "tag": tag}
    if rule.message:
        # In one pass: what comes from the file's name is not looked into again.
        message = re.sub(r"\{(file|tag)\}", lambda found: told[found[1]], rule.message)
    elif action == "refuse":
        message = f"{profile.name} does not take the platform tag {tag!r}" + _since(rule)
    else:
        message = f"the platform tag {tag!r} is " + ("deprecated" if action == "deprecate" else "misleading")
    if action == "deprecate":
        message += _until(rule)
    instead = rule.instead or instead_of(tag, profile, day)
    return UploadProblem(tag, SEVERITIES[str(action)], message, instead, rule.rule, rule.source, rule.date)


def _since(decision: Decision) -> str:
    day = decision.until if decision.action == "deprecate" else decision.since
    return f", since {day}" if day else ""


def _until(decision: Decision) -> str:
    return f" and refused from {decision.until} on" if decision.until else ""


def _of_checks(tag: str, profile: Profile, day: str) -> list[UploadProblem]:
    """Take the first thing that the checks find wrong with a platform tag, and rather one that keeps it out."""
    checks = dict(profile.checks)
    found = []
    for name in ("numbers", "floors", "takers"):
        check = checks.get(name)
        if check is None or check.on(day) not in SEVERITIES:
            continue
        if name == "numbers":
            message = check_numbers(tag, profile, check.date)
        else:
            message = check_floors(tag, profile) if name == "floors" else check_takers(tag)
        if message:
            found.append(_of_check(tag, message, instead_of(tag, profile, day), check, day))
    return sorted(found, key=lambda problem: not problem.refused)[:1]


def _of_check(tag: str, message: str, instead: str, check: Decision, day: str) -> UploadProblem:
    action = str(check.on(day))
    if action == "deprecate":
        message += f"; deprecated{_until(check)}"
    return UploadProblem(tag, SEVERITIES[action], message, instead, check.rule, check.source, check.date)


def _of_reading(text: str, profile: Profile, day: str) -> list[UploadProblem]:
    """See whether installers can read a name that is let in."""
    check = dict(profile.checks).get("readable")
    if check is None or check.on(day) not in SEVERITIES:
        return []
    try:
        parse_wheel_filename(text)
    except InvalidWheelFilename as error:
        message = f"installers cannot read the name: {error.reason}"
        return [_of_check(text, message, "a name that installers can read", check, day)]
    return []


def _of_pairs(parts: NameParts, profile: Profile, day: str) -> list[UploadProblem]:
    """See whether the python tags and the ABI tags go together."""
    check = dict(profile.checks).get("pairs")
    if check is None or check.on(day) not in SEVERITIES:
        return []
    instead = "the python tag and the ABI tag of the interpreter that it was built for"
    pairs = check_pairs(parts.pythons, parts.abis)
    return [_of_check(tag, message, instead, check, day) for tag, message in pairs]


def _of_audit(audit: WheelAudit, profile: Profile, day: str) -> list[UploadProblem]:
    """List the false tags of a wheel that was audited, and its code that no audit can read."""
    from ..audits.contents import RemarkKind

    check = dict(profile.checks).get("audit")
    if check is None or check.on(day) not in SEVERITIES:
        return []
    found = [
        _of_check(remark.file, f"{remark.file} is damaged: {remark.text}", "a wheel that is built anew", check, day)
        for remark in audit.remarks
        if remark.kind is RemarkKind.DAMAGED
    ]
    for claim in audit.claims:
        if claim.is_false:
            more = len(claim.reasons) - _MOST_REASONS
            why = "; ".join(map(str, claim.reasons[:_MOST_REASONS])) or claim.note
            why = f"{why[:_LONGEST_WHY]}..." if len(why) > _LONGEST_WHY else why
            why += f"; and {more} more" if more > 0 else ""
            message = f"the {claim.kind} {claim.tag} is false" + (f": {why}" if why else "")
            instead = (
                f"what is true: {' or '.join(claim.true_tags)}" if claim.true_tags else "a tag that the code keeps to"
            )
            found.append(_of_check(claim.tag, message, instead, check, day))
    return found
