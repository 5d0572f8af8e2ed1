"""The project's own Python source, parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("portal", "partners", "grants", "audits")


@cache
def modules() -> dict[str, ast.Module]:
    """Path below the root → syntax tree, for every module of ours but migrations."""
    paths = [path for room in OURS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(), str(path)) for path in paths}


def calls(tree: ast.AST) -> list[tuple[str, int]]:
    """(dotted name as written, line) of every call in the tree."""
    return [
        (ast.unparse(node.func), node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    ]
