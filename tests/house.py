"""The package's own source, for the tests that hold its standards."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import audiobook

__all__ = ["MODULES", "Module"]

_ROOT = Path(audiobook.__file__).parent


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the package."""

    name: str
    """As it is imported."""
    path: Path
    """Its file."""
    tree: ast.Module
    """Its source."""

    @property
    def room(self) -> str:
        """The part of the house that it stands in: what comes after "audiobook"."""
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def imports(self) -> set[str]:
        """All modules that it imports anywhere, for types too; of others' only the package."""
        return {name for node in ast.walk(self.tree) for name in _imported(node)}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        found = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        inner = [f"{module}.{alias.name}" for alias in node.names]
        found = [name if name in _FILES else module for name in inner]
    else:
        return []
    return [name if name in _FILES else name.split(".")[0] for name in found]


def _name(path: Path) -> str:
    parts = path.relative_to(_ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


_FILES = {_name(path): path for path in sorted(_ROOT.rglob("*.py"))}
MODULES = [Module(name, path, ast.parse(path.read_text("utf-8"))) for name, path in _FILES.items()]
"""Every module, in the order of their names."""
