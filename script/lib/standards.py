#!/usr/bin/env python3
"""Writes doc/standards.md from the citations in the sources."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "script/lib/check"))
import standards  # noqa: E402
from tree import Tree  # noqa: E402

(ROOT / standards.PAGE).write_text(standards.page(Tree(ROOT)), "utf-8")
