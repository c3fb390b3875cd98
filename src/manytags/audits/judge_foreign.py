"""The verdicts on platform tags of other systems than Linux, and the tags that would be true. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from ..binaries import LINUX, MACOS, WINDOWS
from ..binaries.binary import Binary
from ..platforms.parse import parse_platform
from ..platforms.tag import PlatformTag
from . import android, apple, windows
from .budget import MAX_REASONS
from .claims import Claim, Verdict
from .contents import Contents
from .foreign import ForeignFile
from .modules import Module
from .rules import Violation

#: System of tags whose code is judged -> the system by which files are known.
JUDGED = {"linux": LINUX, "android": LINUX, "macos": MACOS, "ios": MACOS, "windows": WINDOWS}
OTHER_SYSTEM = "code of other systems than Linux, Android, macOS, iOS and Windows is not judged"


class ForeignJudge:
    """Judges the platform tags of one wheel for Android, macOS, iOS and Windows.

    :param contents: what was read of the wheel.
    :param code: its ELF files that a host could load or run.
    :param modules: the extension modules among these.
    """

    def __init__(self, contents: Contents, code: tuple[Binary, ...], modules: tuple[Module, ...]) -> None:
        self._contents, self._code, self._modules = contents, code, modules

    @property
    def has_code(self) -> bool:
        """Whether there is code for these systems."""
        return bool(self._contents.foreign) or any(binary.android_api_level is not None for binary in self._code)

    def judge(self, platform: PlatformTag, claim: partial[Claim], true_tags: tuple[str, ...]) -> Claim:
        """Judge a platform tag.

        :param platform: the tag.
        :param claim: what makes the claim of a verdict.
        :param true_tags: the tags that would be true.
        """
        if not self._code and not self._contents.foreign:
            return claim(Verdict.TOO_LITTLE, (), ("any",), "it has no compiled file")
        reasons = tuple(islice(self._violations(platform), MAX_REASONS + 1))
        alike = tuple(tag for tag in true_tags if parse_platform(tag).system == platform.system)
        if reasons:
            return claim(Verdict.TOO_MUCH, reasons, alike)
        if platform.system != "android" or self._contents.headers_only:
            return claim(Verdict.TRUE)
        linking = self._contents.linking
        return claim(Verdict.TRUE, given=linking.given(android.KIND)).unless(
            android.doubt(self._code, platform, linking)
        )

    def _violations(self, platform: PlatformTag) -> Iterator[Violation]:
        if platform.system == "android":
            return android.violations(self._code, self._modules, platform, self._contents.linking)
        if platform.system == "windows":
            return windows.violations(self._files(WINDOWS), platform, self._contents.foreign_linking)
        return apple.violations(self._files(MACOS), platform, self._contents.foreign_linking)

    def true_tags(self) -> tuple[str, ...]:
        """List the tags that nothing contradicts, of all these systems."""
        if not self._code and not self._contents.foreign:
            return () if self._contents.wheel is None else ("any",)
        linking = self._contents.foreign_linking
        tags = apple.true_tags(self._files(MACOS), linking) + windows.true_tags(self._files(WINDOWS), linking)
        return tags + (android.true_tags(self._code, self._modules, self._contents.linking) if self._code else ())

    def _files(self, system: str) -> list[ForeignFile]:
        return [file for file in self._contents.foreign if file.system == system]
