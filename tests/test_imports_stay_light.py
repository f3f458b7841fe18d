"""Importing the package costs nothing and does nothing; its names are loaded when they are used."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import audiobook

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
HEAVY = [
    "PIL",
    "gtts",
    "lxml",
    "mutagen",
    "numpy",
    "onnxruntime",
    "pydub",
    "requests",
    "rich.progress",
    "soundfile",
    "soxr",
    "starlette",
    "uvicorn",
    "yaml",
]


def loaded_after(program: str, folder: Path) -> set[str]:
    """The modules that a fresh interpreter has loaded after a program that may print."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys\n{program}\n{REPORT}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        timeout=60,
    )
    return set(json.loads(done.stderr))


EXTRAS = {"kokoro_onnx", "onnx", "onnxruntime", "piper"}
REPORT = "import json; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
HELP = """
sys.argv = ["audiobook", "--help"]
from audiobook.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""


@pytest.mark.parametrize(
    "program",
    ["import audiobook", "import audiobook.cli", "import audiobook.cli.app", HELP],
    ids=["package", "cli", "app", "help"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(program: str, tmp_path: Path) -> None:
    loaded = loaded_after(program, tmp_path)

    assert "audiobook" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_package_alone_loads_no_part_of_itself(tmp_path: Path) -> None:
    loaded = loaded_after("import audiobook", tmp_path)

    assert {name for name in loaded if name.startswith("audiobook")} == {"audiobook"}


def test_importing_prints_nothing_and_makes_nothing(tmp_path: Path) -> None:
    """Not even with everything that the library offers loaded."""
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "from audiobook import *"],
        capture_output=True,
        check=True,
        cwd=home,
        env={"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""},
        timeout=60,
    )

    assert (done.stdout, done.stderr) == (b"", b"")
    assert list(home.rglob("*")) == []


def test_the_library_offers_each_of_its_names() -> None:
    assert dir(audiobook) == sorted(audiobook.__all__)
    for name in audiobook.__all__:
        assert getattr(audiobook, name) is getattr(audiobook, name), name


def test_what_type_checkers_see_is_what_there_is() -> None:
    source = ast.parse(Path(audiobook.__file__).read_text("utf-8"))
    (checked,) = (node for node in source.body if isinstance(node, ast.If))
    seen = {
        alias.name: node.module
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert seen == audiobook._MODULE_OF
    assert {*seen, "__version__"} == set(audiobook.__all__)


def test_a_function_stays_a_function_when_the_rooms_are_loaded(tmp_path: Path) -> None:
    program = f"""
import pkgutil, importlib, audiobook
for module in pkgutil.walk_packages(audiobook.__path__, "audiobook."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as missing:  # of an extra
            assert missing.name.partition(".")[0] in {EXTRAS}, missing
for name in {["build", "check", "plan", "publish", "read_script", "say"]}:
    assert callable(getattr(audiobook, name)), name
"""
    assert "audiobook.podcast.server" in loaded_after(program, tmp_path)


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]

    assert audiobook.__version__ == project["version"]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'audiobook' has no attribute 'biuld'"):
        audiobook.biuld  # noqa: B018
