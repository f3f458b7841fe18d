"""What is wrong in the settings of a show's engines is told with what to do about it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cli.commands import Run

COMMAND = 'engine = "mine"\n[engines.mine]\ncommand = ["no-such-program", "{out}"]\n'
FAILS = json.dumps([sys.executable, "-c", "raise SystemExit(3)", "{out}"])


@pytest.mark.parametrize(
    ("settings", "code", "what", "hint"),
    [
        (COMMAND, 4, 'there is no program "no-such-program"', "install it, or give its path"),
        (
            f'engine = "mine"\n[engines.mine]\ncommand = {FAILS}\n',
            1,
            "mine ended with code 3",
            "try the command by hand; what is spoken is kept",
        ),
        (
            COMMAND + 'timeout_s = "ten"\n',
            3,
            "\"timeout_s\" must be a number, not 'ten'",
            "write digits without quotes, such as 1.5",
        ),
        (COMMAND + 'at_once = "2"\n', 3, '"at_once" must be a whole number', "without quotes"),
        (
            'engine = "openai"\n[engines.openai]\nmodel = ""\n',
            3,
            '"model" must be a text',
            "leave it out, or fill it in",
        ),
        ('narration = "yes"\n', 3, '"narration" must be true or false', "without quotes"),
        ("engine = 5\n", 3, '"engine" must be a text or a list of texts, not 5', "in quotes"),
        ("[engines.yy]\nfoo = 1\n", 3, 'unknown engine "yy"', "needs command = [...]"),
        (
            '[engines.espeak]\ncommand = ["true", "{out}"]\n',
            3,
            '"espeak" is an engine that there is',
            "another name",
        ),
    ],
)
def test_a_wrong_setting_has_its_cure(
    run: Run, settings: str, code: int, what: str, hint: str
) -> None:
    Path("show.toml").write_text(settings)
    run("say", "Good evening.").fails(code, what, hint=hint)
