"""Which wheels does this Python take, in which order, and why not that one: manytags answers that.

Everything a user needs is one dot away; each name is loaded when it is first used (:pep:`562`), so that an embedder
pays for no more than it uses.
"""

__version__ = "0.1.0"

#: Public name -> module that defines it.
_HOMES = {
    "sys_tags": "hosts",
    "platform_tags": "hosts",
    "detect": "hosts",
    "clear_cache": "hosts",
    "probe": "hosts.ask",
    "probe_script": "hosts.ask",
    "target_from_facts": "hosts.infer",
    "manylinux_hook": "hosts.hook",
    "verified_tags": "audits.verified",
    "Facts": "hosts",
    "target": "targets.named",
    "target_from_markers": "targets.markers",
    "marker_environment": "targets.markers",
    "parse_complete_platform": "targets.pex",
    "complete_platform_from_target": "targets.pex",
    "parse_build_details": "hosts.build_details",
    "build_details_from_target": "hosts.build_details",
    "parse_python": "targets.pythons",
    "platform_from_name": "targets.named",
    "platform_names": "targets.named",
    "Target": "targets",
    "Python": "targets",
    "Platform": "targets",
    "TagOptions": "targets.options",
    "Evidence": "targets",
    "parse_platform": "tags.platform",
    "PlatformTag": "tags.platform",
    "Manylinux": "tags.platform",
    "Musllinux": "tags.platform",
    "Linux": "tags.platform",
    "MacOS": "tags.platform",
    "IOS": "tags.platform",
    "Android": "tags.platform",
    "Windows": "tags.platform",
    "Pyemscripten": "tags.platform",
    "Pyodide": "tags.platform",
    "Emscripten": "tags.platform",
    "AnyPlatform": "tags.platform",
    "OtherPlatform": "tags.platform",
    "parse_python_tag": "tags.python",
    "PythonTag": "tags.python",
    "parse_abi": "tags.python",
    "AbiTag": "tags.python",
    "parse_tag": "tags.filename",
    "parse_wheel_filename": "tags.filename",
    "WheelFilename": "tags.filename",
    "TagSet": "tags.filename",
    "rank": "targets.expand",
    "best": "choose.select",
    "sort": "choose.select",
    "cover": "choose.cover",
    "relevant": "choose.relevant",
    "select_from_lock": "choose.locks",
    "marker": "choose.implied",
    "covers": "choose.implied",
    "Coverage": "choose.implied",
    "Environment": "choose.implied",
    "explain": "choose.explain",
    "Explanation": "choose.explain",
    "oldest_pip": "choose.pips",
    "audit": "audits.wheel",
    "WheelAudit": "audits.wheel",
    "audit_many": "audits.many",
    "BrokenWheel": "audits.many",
    "Claim": "audits.claims",
    "Remark": "audits.contents",
    "Violation": "audits.verdict",
    "ElfNeeds": "audits.elf",
    "check_upload": "indexes.upload",
    "parse_profile": "indexes.profiles",
    "Profile": "indexes.profiles",
    "census": "indexes.census",
    "Census": "indexes.census",
    "host_libraries": "audits.provided",
    "HostLibraries": "audits.provided",
    "HostLibrary": "audits.provided",
    "missing_for": "audits.missing",
    "MissingLibrary": "audits.missing",
    "ManytagsError": "errors",
    "InvalidInput": "errors",
    "InvalidTag": "errors",
    "InvalidWheelFilename": "errors",
    "InvalidTarget": "errors",
    "InvalidFacts": "errors",
    "InvalidLock": "errors",
    "InvalidOverride": "errors",
    "InvalidHook": "errors",
    "InvalidWheel": "errors",
    "InvalidElf": "errors",
    "InvalidPolicy": "errors",
    "InvalidProfile": "errors",
    "InvalidCensus": "errors",
    "ProbeError": "errors",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    module = f"{__name__}.{home}"
    __import__(module)
    from sys import modules

    value: object = getattr(modules[module], name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
