"""The page of an audition as a browser shows it: it plays, is named for all, and asks for nothing.

For those who have Playwright (`pip install playwright`) and a Chromium.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.commands import Run

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
TEXT = 'Hello <script>document.title = "got in"</script> & "good" evening.'

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
playwright = pytest.importorskip("playwright.sync_api")
if not CHROMIUM:
    pytest.skip("there is no Chromium", allow_module_level=True)


@pytest.fixture
def page() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_the_page_plays_what_lies_beside_it_and_nothing_else(run: Run, page: Any) -> None:
    voices = ("--voice", "bass", "--voice", "soprano")
    done = run("voices", "audition", "--text", TEXT, "--engine", "tone", *voices)
    assert done.code == 0
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(Path("audition/audition.html").absolute().as_uri())

    assert page.title() == "Audition: 2 voices"
    assert page.locator("blockquote").inner_text() == TEXT
    for name in ("bass", "soprano"):
        assert page.get_by_role("heading", name=name, exact=True).is_visible()
    lengths = page.evaluate(
        """async () => {
            const players = [...document.querySelectorAll("audio")];
            await Promise.all(players.map(async player => {
                player.muted = true;
                await player.play();
                await new Promise(done => player.addEventListener("timeupdate", done));
            }));
            return players.map(player => [player.duration, player.currentTime, player.ariaLabel]);
        }"""
    )
    assert len(lengths) == 2
    assert all(duration > 1 and at > 0 for duration, at, _ in lengths)
    names = [node["name"] for node in _named(page, "audio")]
    assert names == ["bass", "soprano"]
    folder = Path("audition").absolute().as_uri()
    assert all(address.startswith(folder) for address in asked)
    assert complaints == []


def _named(page: Any, tag: str) -> list[dict[str, str]]:
    """What a screen reader is told of each element of a kind."""
    session = page.context.new_cdp_session(page)
    found = []
    for index in range(page.locator(tag).count()):
        handle = session.send(
            "Runtime.evaluate", {"expression": f'document.querySelectorAll("{tag}")[{index}]'}
        )
        tree = session.send(
            "Accessibility.getPartialAXTree",
            {"objectId": handle["result"]["objectId"], "fetchRelatives": False},
        )
        found.append({"name": tree["nodes"][0]["name"]["value"]})
    return found
