"""Sphinx configuration. The build needs no network, because it looks up nothing on other sites."""

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

myst_heading_anchors = 3  # anchors of headings, as code hosts make them

autodoc_member_order = "bysource"
autodoc_typehints = "description"  # types from signatures, beside the descriptions from docstrings
autodoc_typehints_description_target = "documented"
autodoc_class_signature = "separated"

# The build is nitpicky: a reference that leads nowhere fails it. These names are documented elsewhere, or nowhere.
nitpick_ignore = [
    ("py:class", "T"),  # a type variable
    ("py:class", "Ranks"),  # the type of Target.ranks, which is not public
    ("py:class", "Index"),  # a protocol that type checkers alone see: what PlatformTag.instead asks of a profile
    ("py:class", "Executor"),  # from concurrent.futures
    ("py:class", "date"),  # from datetime
    ("py:class", "Beside"),  # documented as manytags.audits.beside.Beside
    ("py:class", "TagLike"),  # a protocol that type checkers alone see: any copy of packaging's Tag
]
nitpick_ignore_regex = [
    ("py:class", rf"({'|'.join(dir(builtins))})"),
    ("py:class", r"Tag|Version|SpecifierSet|Pylock"),  # from packaging
    ("py:class", r"manytags\..*\.T"),  # type variables
    ("py:class", r"Page"),  # what is read as a page; the parameters' documentation lists it
    ("py:class", r"Aliases|Depth|OnInvalid|Sdists"),  # Literals; the parameters' documentation lists their values
    ("py:class", r"WheelLike"),  # what rank takes for a file name; its documentation lists it
    ("py:.*", r"(collections|concurrent|os|pathlib|typing|packaging)\..*"),
]
