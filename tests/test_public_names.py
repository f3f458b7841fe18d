"""What a module offers is listed, described, and nothing else is in view."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from house import MODULES, Module

WITH_NAMES = [module for module in MODULES if module.tree.body[1:]]
"""All but those that are only a description of their folder."""
DOORS = {"audiobook", "audiobook.__main__"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def listed(module: Module) -> list[str]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    pytest.fail(f"{module.name} has no __all__")


def defined(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), node
        elif isinstance(node, ast.Assign):
            targets = (inner for target in node.targets for inner in ast.walk(target))
            yield from ((each.id, node) for each in targets if isinstance(each, ast.Name))


def is_public(name: str) -> bool:
    return not name.startswith("_")


def is_command(node: ast.stmt) -> bool:
    """Whether it is called by the command line, not by its name."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in ("command", "callback")
        for each in node.decorator_list
    )


def re_exported(module: Module) -> set[str]:
    """What the package of a room takes from its own modules to offer it."""
    if module.path.name != "__init__.py":
        return set()
    return {
        alias.name
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(module.name)
        for alias in node.names
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", WITH_NAMES, ids=lambda module: module.name)
def test_all_lists_the_public_names(module: Module) -> None:
    if module.name in DOORS:
        return
    names = {name for name, node in defined(module.tree.body) if not is_command(node)}
    public = set(filter(is_public, names))
    assert sorted(listed(module)) == sorted(public | re_exported(module))


def undescribed(module: Module) -> Iterator[str]:
    for name, node in defined(module.tree.body):
        if not is_public(name):
            continue
        is_kind = isinstance(node, ast.ClassDef)
        if (is_kind or isinstance(node, _FUNCTIONS)) and not ast.get_docstring(node):
            yield name
        if is_kind:
            yield from (f"{name}.{inner}" for inner in _undescribed_within(node))


def _undescribed_within(kind: ast.ClassDef) -> Iterator[str]:
    is_dataclass = any("dataclass" in ast.unparse(each) for each in kind.decorator_list)
    for name, node in defined(kind.body):
        if not is_public(name):
            continue
        if isinstance(node, _FUNCTIONS):
            if not ast.get_docstring(node):
                yield name
        elif is_dataclass and isinstance(node, ast.AnnAssign):
            after = kind.body[kind.body.index(node) + 1 :][:1]
            if not (after and isinstance(after[0], ast.Expr) and _is_text(after[0].value)):
                yield name


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("module", WITH_NAMES, ids=lambda module: module.name)
def test_every_public_name_and_field_is_described(module: Module) -> None:
    assert list(undescribed(module)) == []
