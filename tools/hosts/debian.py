"""Packages and sources of any Debian release and architecture, from the mirror that this machine's apt uses.

apt does the work with a private state in the cache. It checks signatures, and the machine's own apt does not change.
Packages are unpacked into folders and not installed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .shell import beside, need, run
from .store import Unavailable

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PORTS = ("amd64", "i386", "armhf", "armel", "arm64", "ppc64el", "s390x", "mips64el", "mipsel", "riscv64", "loong64")
SOURCE = "source"
"""The name that is used in place of an architecture for sources."""

_APT_CONF = """\
APT::Architecture "amd64";
APT::Architectures {{ {architectures} }};
Dir::State "{state}";
Dir::State::Lists "{state}/lists";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Dir::Etc::sourcelist "{state}/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
Debug::NoLocking "true";
"""


def configured_mirror() -> str:
    """Return the Debian mirror that this machine's apt is configured for.

    :raises Unavailable: there is none, as on Ubuntu, where ``--mirror`` must name a mirror.
    """
    form = "$(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)"
    for line in run([need("apt-get", package="apt"), "indextargets", "--format", form]).splitlines():
        origin, component, codename, *uri = line.split()
        if (origin, component) == ("Debian", "main") and "-" not in codename and uri:
            return uri[0]
    message = "apt on this machine knows no Debian mirror: give one with --mirror"
    raise Unavailable(message)


@dataclass
class Debian:
    """The mirror, with an apt state for each requested release and architecture."""

    folder: Path
    mirror: str = ""
    _states: dict[tuple[str, str], Path] = field(default_factory=dict)

    def unpack(self, release: str, architecture: str, packages: Sequence[str], into: Path) -> None:
        """Unpack packages of one architecture into a folder, as a small root file system.

        :raises Unavailable: the mirror does not have them, or apt cannot be used.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            names = [f"{package}:{architecture}" for package in packages]
            _apt(self._state(release, architecture), Path(folder), "download", *names)
            _unpack_all(Path(folder), into)

    def unpack_closure(self, release: str, architecture: str, packages: Sequence[str], into: Path) -> None:
        """Unpack packages and all that they depend on.

        :raises Unavailable: the mirror does not have them, or apt cannot be used.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            (Path(folder) / "partial").mkdir()
            options = ["--yes", "--no-install-recommends", "--download-only", f"--option=Dir::Cache::Archives={folder}"]
            names = [f"{package}:{architecture}" for package in packages]
            _apt(self._state(release, architecture), Path(folder), *options, "install", *names)
            _unpack_all(Path(folder), into)

    def source(self, release: str, package: str, into: Path) -> None:
        """Unpack a package's source as its authors published it, without Debian's changes, into a folder."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            _apt(self._state(release, SOURCE), Path(folder), "source", "--download-only", "--tar-only", package)
            (archive,) = Path(folder).glob("*.orig.tar.*[!c]")  # the name of its signature ends in asc
            run([need("tar"), "-xf", archive, "-C", into, "--strip-components=1"])

    def forget(self) -> None:
        """Remove the lists of packages, which take most of the space. They are fetched again when needed."""
        shutil.rmtree(self.folder / "apt", ignore_errors=True)
        self._states.clear()

    def _state(self, release: str, architecture: str) -> Path:
        """Return an apt configuration for one release and architecture, which is updated once in a run."""
        key = (release, architecture)
        if key not in self._states:
            self._states[key] = self._update(release, architecture)
        return self._states[key]

    def _update(self, release: str, architecture: str) -> Path:
        if not KEYRING.is_file():
            message = f"needs {KEYRING} (Debian package debian-archive-keyring)"
            raise Unavailable(message)
        self.mirror = self.mirror or configured_mirror()
        state = self.folder / "apt" / f"{release}-{architecture}"
        shutil.rmtree(state, ignore_errors=True)
        for folder in ("lists/partial", "cache/archives/partial"):
            (state / folder).mkdir(parents=True)
        (state / "status").touch()
        kind, options = ("deb-src", "") if architecture == SOURCE else ("deb", f"arch={architecture} ")
        line = f"{kind} [{options}signed-by={KEYRING}] {self.mirror} {release} main\n"
        (state / "sources.list").write_text(line)
        architectures = " ".join(f'"{port}";' for port in PORTS)
        conf = state / "apt.conf"
        conf.write_text(_APT_CONF.format(state=state, architectures=architectures))
        _apt(conf, state, "update")
        return conf


def _apt(conf: Path, cwd: Path, *arguments: str) -> None:
    run([need("apt-get", package="apt"), "-qq", *arguments], cwd=cwd, environment=beside({"APT_CONFIG": str(conf)}))


def _unpack_all(debs: Path, into: Path) -> None:
    # base-files must come first, as it does by name: from trixie on it has the link from /bin to /usr/bin
    for deb in sorted(debs.glob("*.deb")):
        run([need("dpkg"), "-x", deb, into])
