"""A package of somebody else's, as a page of the documentation shows it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

__all__ = ["install_from_page", "register"]


def install_from_page(page: Path, module: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a page's Python block into a module, and the entry points of its TOML block beside it.

    Args:
        page: the page, with one block of each.
        module: the module's name.
        site: a folder that stands for site-packages; it goes onto `sys.path`.
        monkeypatch: takes it off again.
    """
    (code,) = _blocks(page, "python")
    (settings,) = _blocks(page, "toml")
    project = tomllib.loads(settings)["project"]
    (site / f"{module}.py").write_text(code, "utf-8")
    register(project["name"], project["entry-points"], site)
    monkeypatch.syspath_prepend(site)


def register(package: str, groups: Mapping[str, Mapping[str, str]], site: Path) -> None:
    """Lay down what tells of a package with these groups of entry points.

    Args:
        package: its name.
        groups: by name, each with the names in it and what they stand for.
        site: a folder that stands for site-packages.
    """
    info = site / f"{package.replace('-', '_')}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n", "utf-8")
    shown = (
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in groups.items()
    )
    (info / "entry_points.txt").write_text("\n".join(shown), "utf-8")


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
