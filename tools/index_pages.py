"""Fetch index pages as pip does: ``python -m tools.index_pages FOLDER PROJECT...`` writes ``PROJECT.json`` there.

pip's own session and configuration are used, so this asks whatever index pip asks here. A page that is there already is
not fetched again.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/vnd.pypi.simple.v1+json"


def fetch_pages(projects: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield each project with its page in the form of :pep:`691`, from the first index that has one."""
    command = import_module("pip._internal.commands").create_command("download")
    link: Any = import_module("pip._internal.models.link").Link
    options, _ = command.parser.parse_args([])
    with command.main_context():
        session = command.get_default_session(options)
        collector = command._build_package_finder(options, session)._link_collector  # noqa: SLF001 - pip has no other way
        for project in projects:
            for location in collector.search_scope.get_index_urls_locations(project):
                page = collector.fetch_response(link(location), package_name=project)
                if page is not None and page.content_type.startswith(JSON):
                    yield project, page.content
                    break


def main() -> int:
    """Write the pages that are not there yet; the status is 1 if a project has none."""
    folder, *projects = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = {project: Path(folder, f"{project}.json") for project in projects}
    for project, content in fetch_pages([project for project, path in paths.items() if not path.exists()]):
        paths[project].write_bytes(content)
    missing = [project for project, path in paths.items() if not path.exists()]
    print("".join(f"no JSON page of {project}\n" for project in missing), end="", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
