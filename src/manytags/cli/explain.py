"""``manytags explain FILE...``: why a wheel fits a machine, or why not."""

from __future__ import annotations

import argparse

from ..choose.explain import Explanation, explain
from ..choose.explain_release import ReleaseExplanation, explain_release
from ..choose.reasons import ReasonKind
from ..choose.sdists import SDISTS
from ..choose.sentences import read_sentence, wheels_of_hint
from ..targets import Target
from .files import BadArgumentsError, last_part, read_text
from .layout import print_json, printable
from .target_choice import add_target_options, choose_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a wheel file name, or a path that ends in one; a sentence that pip, uv or poetry printed; "
        "with --page, a requirement like numpy==1.26.4",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.add_argument("--pip", metavar="VERSION", default=None, help="the pip that is to install them, like 20.2.4")
    parser.add_argument(
        "--page", metavar="FILE", default=None, help="the page of the project on an index, as JSON or HTML"
    )
    add_target_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain each file; the status is 0 if all fit, 1 if one does not or the pip passes it over, 2 if one is no file.

    An sdist is an answer too, but a text that is not the name of a wheel is bad input.
    """
    target, _ = choose_target(arguments)
    page = None if arguments.page is None else read_text(arguments.page)
    answers = [answer for text in arguments.files for answer in _explained(text, target, page, arguments.pip)]
    if arguments.json:
        print_json([answer.to_data() for answer in answers])
    else:
        print(printable(str(target)))
        for answer in answers:
            print()
            print(printable(answer.filename if isinstance(answer, Explanation) else answer.requirement))
            print("\n".join(f"  {printable(line)}" for line in str(answer).splitlines()))
    if any(isinstance(answer, Explanation) and _is_bad(answer) for answer in answers):
        return 2
    fit = (bool(answer) and not (isinstance(answer, Explanation) and answer.passed_over) for answer in answers)
    return 0 if all(fit) else 1


def _is_bad(explanation: Explanation) -> bool:
    kinds = [reason.kind for reason in explanation.reasons]
    return ReasonKind.NOT_A_WHEEL in kinds and not explanation.filename.endswith(SDISTS)


def _explained(text: str, target: Target, page: str | None, pip: str | None) -> list[Explanation | ReleaseExplanation]:
    """Explain what one argument names: files, or the release of a requirement."""
    files, requirements = read_sentence(text)
    if not requirements and (len(files) != 1 or not any(map(str.isspace, text.strip()))):
        # Not a sentence: a name or a path, which may have spaces, or a requirement.
        is_file = text.rstrip().endswith((".whl", *SDISTS)) or ("=" not in text and page is None)
        if is_file and len(files) < 2:
            files = [last_part(text)]
        requirements = [] if files else [text]
    if requirements and page is None:
        files = wheels_of_hint(text, next(iter(target.platform_tags()), "any"))
        requirements = [] if files else requirements
    if requirements and page is None:
        raise BadArgumentsError(f"{requirements[0][:100]!r} needs --page, with the page of the project on an index")
    found: list[Explanation | ReleaseExplanation] = [explain(file, target, pip=pip) for file in files]
    found += [explain_release(requirement, page or "", target, pip=pip) for requirement in requirements]
    return found
