"""The written form of a target; damaged ones are in tests/laws/test_targets.py."""

from __future__ import annotations

import json

import manytags
from manytags import Target


def test_the_form_is_what_it_is_documented_to_be() -> None:
    """Other tools read these files and lockers keep them, so no key may disappear."""
    there = Target(
        manytags.Python("cpython", (3, 12), ("cp312",)),
        manytags.Platform("linux", "armv7l", glibc=(2, 31)),
        manytags.TagOptions(refused=("manylinux_2_17_armv7l",)),
        (manytags.Evidence("libc", "glibc 2.31", "os.confstr"),),
    )
    document = json.loads(there.to_json())
    assert document["manytags_target"] == 1
    assert document["python"] == {
        "implementation": "cpython",
        "version": [3, 12],
        "abis": ["cp312"],
        "full_version": None,
    }
    assert (
        document["platform"].items()
        >= {
            "system": "linux",
            "arch": "armv7l",
            "glibc": [2, 31],
            "musl": None,
            "version": None,
            "build_arch": None,
        }.items()
    )
    assert (
        document["options"].items()
        >= {
            "linux_first": True,
            "armv6_on_armv7": True,
            "refused": ["manylinux_2_17_armv7l"],
        }.items()
    )
    assert document["evidence"] == [{"subject": "libc", "conclusion": "glibc 2.31", "because": "os.confstr"}]
    assert list(document) == ["manytags_target", "python", "platform", "options", "evidence"]


def test_the_first_form_keeps_loading() -> None:
    """A file of the first release must still load."""
    text = """{
      "manytags_target": 1,
      "python": {"implementation": "cpython", "version": [3, 12], "abis": ["cp312"], "full_version": null},
      "platform": {"system": "linux", "arch": "aarch64", "glibc": [2, 28], "musl": null, "version": null,
                   "build_arch": null},
      "options": {"linux_first": true, "armv6_on_armv7": true, "refused": []},
      "evidence": []
    }"""
    assert Target.from_json(text) == manytags.target("cp312", "manylinux_2_28_aarch64")
