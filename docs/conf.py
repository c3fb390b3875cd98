"""Sphinx configuration. The build needs no network: nothing is looked up on other sites."""

from __future__ import annotations

import builtins

import manytags

project = "manytags"
author = "The manytags authors"
copyright = f"2026, {author}"
release = version = manytags.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"manytags {release}"
html_copy_source = False
html_show_sourcelink = False

myst_heading_anchors = 3  # links to headings, as code hosts make them

autodoc_member_order = "bysource"
autodoc_typehints = "description"  # docstrings describe parameters, signatures type them: shown together
autodoc_typehints_description_target = "documented"
autodoc_class_signature = "separated"

# The build is nitpicky: a reference that leads nowhere fails it. What other projects document is exempt, by name.
nitpick_ignore = [
    ("py:class", "T"),  # a type variable
    ("py:class", "Ranks"),  # what Target.ranks holds is not part of the contract
    ("py:class", r"Executor"),  # of concurrent.futures
    ("py:class", "date"),  # the standard library's, from datetime
    ("py:class", "TagLike"),  # any copy of packaging's Tag: a protocol for type checkers, with no page of its own
]
nitpick_ignore_regex = [
    ("py:class", rf"({'|'.join(dir(builtins))})"),
    ("py:class", r"Tag|Version|Pylock"),  # packaging's
    ("py:class", r"Depth"),  # words that a parameter may be; its documentation lists them
    ("py:.*", r"(collections|concurrent|os|pathlib|typing|packaging)\..*"),
]
