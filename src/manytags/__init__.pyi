# For type checkers, which cannot follow names that are loaded when they are first used.
# tests/test_public.py sees that this file and _HOMES name the same.

from .choose.cover import Cover as Cover
from .choose.cover import cover as cover
from .choose.explain import Explanation as Explanation
from .choose.explain import explain as explain
from .choose.implied import Coverage as Coverage
from .choose.implied import Environment as Environment
from .choose.implied import covers as covers
from .choose.implied import marker as marker
from .choose.pips import oldest_pip as oldest_pip
from .choose.pylock import Selected as Selected
from .choose.pylock import Selection as Selection
from .choose.pylock import select as select
from .choose.relevant import relevant as relevant
from .choose.select import best as best
from .choose.select import sort as sort
from .errors import InvalidFacts as InvalidFacts
from .errors import InvalidInput as InvalidInput
from .errors import InvalidLock as InvalidLock
from .errors import InvalidOverride as InvalidOverride
from .errors import InvalidTag as InvalidTag
from .errors import InvalidTarget as InvalidTarget
from .errors import InvalidWheelFilename as InvalidWheelFilename
from .errors import ManytagsError as ManytagsError
from .errors import ProbeError as ProbeError
from .hosts import Facts as Facts
from .hosts import clear_cache as clear_cache
from .hosts import detect as detect
from .hosts import platform_tags as platform_tags
from .hosts import sys_tags as sys_tags
from .hosts.ask import probe as probe
from .hosts.ask import probe_script as probe_script
from .hosts.build_details import build_details_from_target as build_details_from_target
from .hosts.build_details import parse_build_details as parse_build_details
from .hosts.infer import target_from_facts as target_from_facts
from .tags.filename import TagSet as TagSet
from .tags.filename import WheelFilename as WheelFilename
from .tags.filename import parse_tag as parse_tag
from .tags.filename import parse_wheel_filename as parse_wheel_filename
from .tags.platform import IOS as IOS
from .tags.platform import Android as Android
from .tags.platform import AnyPlatform as AnyPlatform
from .tags.platform import Emscripten as Emscripten
from .tags.platform import Linux as Linux
from .tags.platform import MacOS as MacOS
from .tags.platform import Manylinux as Manylinux
from .tags.platform import Musllinux as Musllinux
from .tags.platform import OtherPlatform as OtherPlatform
from .tags.platform import PlatformTag as PlatformTag
from .tags.platform import Pyemscripten as Pyemscripten
from .tags.platform import Pyodide as Pyodide
from .tags.platform import Windows as Windows
from .tags.platform import parse_platform as parse_platform
from .tags.python import AbiTag as AbiTag
from .tags.python import PythonTag as PythonTag
from .tags.python import parse_abi as parse_abi
from .tags.python import parse_python_tag as parse_python_tag
from .targets import Evidence as Evidence
from .targets import Platform as Platform
from .targets import Python as Python
from .targets import Target as Target
from .targets.expand import rank as rank
from .targets.markers import marker_environment as marker_environment
from .targets.markers import target_from_markers as target_from_markers
from .targets.named import platform_from_name as platform_from_name
from .targets.named import platform_names as platform_names
from .targets.named import target as target
from .targets.options import TagOptions as TagOptions
from .targets.pex import complete_platform_from_target as complete_platform_from_target
from .targets.pex import parse_complete_platform as parse_complete_platform
from .targets.pythons import parse_python as parse_python

__version__: str
__all__: list[str]  # noqa: PYI035 - made from _HOMES
_HOMES: dict[str, str]
