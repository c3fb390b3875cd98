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
    "probe": "hosts.facts",
    "probe_script": "hosts.ask",
    "target_from_facts": "hosts",
    "manylinux_hook": "hosts.manylinux_module",
    "verified_tags": "loaders.host",
    "Facts": "hosts",
    "target": "targets.named",
    "target_from_markers": "targets.markers",
    "marker_environment": "targets.markers",
    "target_from_pex": "targets.pex",
    "target_to_pex": "targets.pex",
    "target_from_build_details": "hosts.build_details",
    "target_to_build_details": "hosts.build_details",
    "parse_python": "targets.named",
    "platform_from_name": "platforms.names",
    "platform_names": "platforms.names",
    "Target": "targets",
    "Python": "targets",
    "Platform": "platforms",
    "Evidence": "platforms",
    "TagOptions": "targets.options",
    "parse_platform": "platforms.parse",
    "PlatformTag": "platforms.tag",
    "Manylinux": "platforms.linux.tags",
    "Musllinux": "platforms.linux.tags",
    "Linux": "platforms.linux.tags",
    "MacOS": "platforms.macos",
    "IOS": "platforms.ios",
    "Android": "platforms.android",
    "Windows": "platforms.windows",
    "Pyemscripten": "platforms.emscripten",
    "Pyodide": "platforms.emscripten",
    "Emscripten": "platforms.emscripten",
    "AnyPlatform": "platforms.other",
    "OtherPlatform": "platforms.other",
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
    "marker_from_wheel": "choose.markers",
    "check_coverage": "choose.coverage",
    "select_from_lock": "choose.locks",
    "explain": "choose.explain",
    "oldest_pip": "choose.pips",
    "audit": "audits.wheel",
    "WheelAudit": "audits.report",
    "audit_many": "audits.many",
    "Binary": "binaries.binary",
    "check_upload": "indexes.upload",
    "parse_profile": "indexes.profiles",
    "Profile": "indexes.profiles",
    "census": "indexes.census",
    "Census": "indexes.census",
    "check_host": "loaders.host",
    "missing_libraries": "audits.missing",
    "ManytagsError": "errors",
    "InvalidInput": "errors",
    "InvalidTag": "errors",
    "InvalidWheelFilename": "errors",
    "InvalidTarget": "errors",
    "InvalidFacts": "errors",
    "InvalidLock": "errors",
    "InvalidManylinuxModule": "errors",
    "InvalidWheel": "errors",
    "InvalidBinary": "errors",
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
