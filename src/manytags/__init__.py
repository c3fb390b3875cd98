"""Which wheels does this Python take, in which order, and why not that one: manytags answers that.

Everything a user needs is one dot away; each name is loaded when it is first used (:pep:`562`), so that an embedder
pays for no more than it uses.
"""

__version__ = "0.1.0"

#: Module -> the public names that it defines.
_NAMES = {
    "hosts": "sys_tags platform_tags detect clear_cache target_from_facts Facts",
    "hosts.ask": "probe probe_script",
    "hosts.manylinux_module": "manylinux_hook",
    "loaders.host": "verified_tags check_host",
    "targets.named": "target parse_python",
    "targets.markers": "target_from_markers marker_environment",
    "targets.pex": "target_from_pex target_to_pex",
    "targets.listed": "target_from_tags",
    "targets.pip_options": "target_from_pip",
    "hosts.build_details": "target_from_build_details target_to_build_details",
    "platforms.names": "platform_from_name platform_names",
    "targets": "Target Python",
    "platforms": "Platform Evidence",
    "targets.options": "TagOptions",
    "platforms.parse": "parse_platform",
    "platforms.tag": "PlatformTag",
    "platforms.linux.tags": "Manylinux Musllinux Linux",
    "platforms.macos": "MacOS",
    "platforms.ios": "IOS",
    "platforms.android": "Android",
    "platforms.windows": "Windows",
    "platforms.emscripten": "Pyemscripten Pyodide Emscripten",
    "platforms.other": "AnyPlatform OtherPlatform",
    "tags.python": "parse_python_tag PythonTag parse_abi AbiTag",
    "tags.filename": "parse_tag parse_wheel_filename WheelFilename TagSet",
    "targets.ranks": "rank",
    "choose.select": "best sort",
    "choose.compare": "compare_tags normalize_tags",
    "choose.cover": "cover",
    "choose.pick": "pick",
    "choose.releases": "parse_project_page",
    "choose.relevant": "relevant",
    "choose.markers": "marker_from_wheel",
    "choose.coverage": "check_coverage",
    "choose.locks": "select_from_lock",
    "choose.prune": "prune_lock",
    "choose.explain": "explain",
    "choose.pips": "oldest_pip",
    "audits.wheel": "audit",
    "audits.report": "WheelAudit",
    "audits.many": "audit_many",
    "audits.log": "AuditLog",
    "binaries.binary": "Binary",
    "indexes.upload": "check_upload",
    "indexes.profiles": "parse_profile Profile",
    "indexes.census": "census Census",
    "audits.missing": "missing_libraries",
    "errors": (
        "ManytagsError InvalidInput InvalidTag InvalidWheelFilename InvalidTarget InvalidFacts InvalidLock InvalidPage "
        "InvalidManylinuxModule InvalidWheel InvalidBinary InvalidPolicy InvalidProfile InvalidCensus InvalidAuditLog "
        "ProbeError WorkerError"
    ),
}
#: Public name -> module.
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(__import__(f"{__name__}.{home}", None, None, (name,)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


try:
    from posix import register_at_fork
except ImportError:  # Windows has no forks
    pass
else:
    _after_fork = lambda home: __import__(f"{home}.forks", None, None, "*").forget_unfinished_imports()  # noqa: E731
    # With the names of this module, the function would keep the module until the very end of the process.
    register_at_fork(after_in_child=type(__getattr__)(_after_fork.__code__, {}, None, (__name__,)))
    del _after_fork
