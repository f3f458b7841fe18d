"""What a command is and what came of it, for the tests that run one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["PROGRAM", "STORY", "Finished", "Run"]

STORY = """\
---
title: The Crossing
author: M. Ferrier
language: en
date: 2026-03-01
description: A river, a boat, a night.
cast: {Ferryman: {}, Old Ida: {}}
---

# The Near Bank

The water was high. The road ended there.

Ferryman: “Not today,”
he said.

# The Far Bank

Old Ida: “Then I wait.”

She waited until night.
"""

PROGRAM = (sys.executable, "-m", "audiobook")


@dataclass(frozen=True)
class Finished:
    """A command that has run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON: all of it."""
        return json.loads(self.out)

    def fails(self, code: int, what: str, *, hint: str | None = None) -> None:
        """See that it ended as an error should: with this line, this hint, and nothing else."""
        errors = [line for line in self.err.splitlines() if line.startswith("error: ")]
        hints = [line for line in self.err.splitlines() if line.startswith("hint: ")]
        assert self.code == code, self
        assert len(errors) == 1, self
        assert what in errors[0], self
        assert hint is None or any(hint in line for line in hints), self
        assert self.out == ""
        assert "Traceback" not in self.err


Run = Callable[..., Finished]
