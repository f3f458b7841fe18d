"""The house stands: imports go down only, and what belongs to one room stays in it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from house import MODULES, Module

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
LAYERS = [
    {"cli"},
    {"auditioning"},
    {"builder", "checking", "doctoring", "planning", "publishing"},
    {"production"},
    {"report"},
    {"finished", "performance", "tagging", "tally", "timed_words"},
    {"programme", "voicing"},
    {"stories", "scripting"},
    {"parts"},
    {"story"},
    {"studio"},
    {"podcast", "covers"},
    {"episode"},
    {"sound"},
    {"speech"},
    {"script"},
    {"build_rates", "cache"},
    {"store"},
    {"parallel"},
    {"show_files"},
    {"config"},
    {"show"},
    {"categories", "engine_settings", "feed_settings", "lexicon", "own_profiles"},
    {"settings"},
    {"plugins", "toml_places", "yaml_values"},
    {"progress"},
    {"model"},
    {"decoding", "errors", "language_tags", "utterance"},
]
"""From the top; a room imports from those below it, not from those beside it."""

DOORS = {"", "__main__"}
"""The package itself and `python -m audiobook`, which lead to any room."""

OWNERS = {
    "av": {"audiobook.episode.pyav"},
    "espeakng_loader": {"audiobook.speech.engines.espeak"},
    "kokoro_onnx": {"audiobook.speech.engines._kokoro_model"},
    "mutagen": {"audiobook.episode.tags"},
    "num2words": {"audiobook.script.spoken.languages"},
    "onnxruntime": {"audiobook.speech.engines._onnx_session"},
    "piper": {"audiobook.speech.engines._piper_model"},
    "pydub": {"audiobook.sound.stitch"},
    "pypdfium2": {"audiobook.script.readers._pdf_child"},
    "re2": {"audiobook.script.spoken.lexical"},
    "soundfile": {"audiobook.decoding"},
}
"""Who alone imports a library."""

SPEAKS_BY_PIPE = "audiobook.speech.engines._espeak_child"
"""A program of its own, whose standard output is how it answers."""


def depth(room: str) -> int:
    return next(at for at, layer in enumerate(LAYERS) if room in layer)


def own_imports(module: Module) -> set[str]:
    return {name for name in module.imports if name.split(".")[0] == "audiobook"}


def test_every_module_stands_in_a_layer() -> None:
    rooms = {module.room for module in MODULES} - DOORS
    assert rooms == set().union(*LAYERS)


def test_imports_go_down_only() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        if module.room not in DOORS
        for name in own_imports(module)
        for room in [name.split(".")[1] if "." in name else ""]
        if room != module.room and (not room or depth(room) <= depth(module.room))
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    graph = {module.name: own_imports(module) for module in MODULES if module.room not in DOORS}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a ring: {' → '.join(error.args[1])}")


@pytest.mark.parametrize("library", OWNERS)
def test_one_module_alone_knows_a_library(library: str) -> None:
    assert {module.name for module in MODULES if library in module.imports} == OWNERS[library]


def test_only_feeds_and_readers_know_lxml() -> None:
    assert {module.room for module in MODULES if "lxml" in module.imports} == {"podcast", "script"}


@pytest.mark.parametrize("library", ["rich", "typer"])
def test_only_the_command_line_knows_how_it_is_read_and_shown(library: str) -> None:
    assert {module.room for module in MODULES if library in module.imports} == {"cli"}


def test_every_import_is_absolute_and_names_what_it_takes() -> None:
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.level or any(alias.name == "*" for alias in node.names))
    ]
    assert wrong == []


def test_engines_are_known_by_their_registered_names_alone() -> None:
    engines = "audiobook.speech.engines"
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        if not module.name.startswith(engines)
        for name in own_imports(module)
        if name.startswith(engines)
    ]
    assert wrong == []


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{module.name}:{node.lineno}: {shown}"
        for module in MODULES
        if module.room != "cli" and module.name != SPEAKS_BY_PIPE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.expr) and (shown := ast.unparse(node)) in PRINTERS
    ]
    assert wrong == []


PRINTERS = {
    "print",
    "input",
    "sys.stdout",
    "sys.stderr",
    "sys.__stdout__",
    "sys.__stderr__",
    "traceback.print_exc",
    "warnings.warn",
    "logging",
}


def test_every_library_that_is_imported_is_declared() -> None:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {canonical(line) for lines in lists for line in lines}
    distributions = EXTRAS | packages_distributions()

    imported = {name for module in MODULES for name in module.imports if "." not in name}
    others = imported - sys.stdlib_module_names - {"audiobook"}
    assert others
    for name in others:
        assert {canonical(found) for found in distributions[name]} & declared, name


EXTRAS = {
    "kokoro_onnx": ["kokoro-onnx"],
    "onnx": ["onnx"],
    "onnxruntime": ["onnxruntime"],
    "piper": ["piper-tts"],
}
"""Which distribution brings a library that need not be installed."""


def canonical(requirement: str) -> str:
    """The name of a distribution as PEP 503 compares them."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()
