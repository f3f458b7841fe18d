"""The page on the architecture names what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from house import MODULES

_ROOT = Path(__file__).parents[1]
_PAGE = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_HISTORY = _PAGE.index("## Changes against")
_NAMED = sorted(set(re.findall(r"`((?:[\w-]+/)*[\w-]+(?:\.py|/))`", _PAGE[:_HISTORY])))


@pytest.mark.parametrize("name", _NAMED)
def test_what_it_names_is_there(name: str) -> None:
    places = [_ROOT, _ROOT / "audiobook"]
    assert any((place / name).exists() for place in places)


def test_every_module_has_its_row() -> None:
    rows = _PAGE[: _PAGE.index("## Where do I change")]
    for module in MODULES:
        if module.room and module.room != "__main__":
            assert f"`{module.room}/`" in rows or f"`{module.room}.py`" in rows, module.name
