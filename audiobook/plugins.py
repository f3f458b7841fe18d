"""What packages add by entry points: engines, readers and formats, of this program and of others.

What is wrong with a package of others' is told as that, by name, and ends nothing that can do
without it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points

from audiobook.errors import AudiobookError, MissingError, NotInstalledError

__all__ = ["blaming", "load_plugin", "plugin_names", "said", "told"]

_OWN = "audiobook"
_MOST_SAID_CHARACTERS = 200


def plugin_names(group: str) -> list[str]:
    """The names that are registered in a group of entry points, sorted, each once."""
    return sorted(entry_points(group=group).names)


def load_plugin(group: str, name: str, what: str) -> object:
    """What is registered under a name in a group of entry points.

    Args:
        group: of the entry points.
        name: as it is registered.
        what: what it is called in an error.

    Raises:
        LookupError: nothing is registered under that name.
        NotInstalledError: it imports what is not there.
        MissingError: it cannot be imported, or several packages offer it.
    """
    points = sorted(set(entry_points(group=group, name=name)), key=_package)
    if not points:
        raise LookupError(name)
    if len(points) > 1:
        packages = [_package(point) for point in points]
        others = " or ".join(package for package in packages if package != _OWN)
        raise MissingError(
            f"{what} is offered by {' and '.join(packages)}", hint=f"pip uninstall {others}"
        )
    (point,) = points
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # whatever a module does when it is imported
        kind = NotInstalledError if isinstance(error, ImportError) else MissingError
        raise kind(f"{what} cannot be loaded: {told(error)}", hint=_cure(point)) from error


@contextmanager
def blaming(what: str, plugin: object) -> Generator[None]:
    """Tell of whatever a plug-in of others' raises as an error of its own.

    What comes with this program is let through: a fault of ours is to be seen as one.

    Args:
        what: what the plug-in is called in an error.
        plugin: what is about to be called, or whose methods are.

    Raises:
        MissingError: in place of anything that is no AudiobookError.
    """
    try:
        yield
    except AudiobookError:
        raise
    except (Exception, SystemExit) as error:
        if str(getattr(plugin, "__module__", "")).partition(".")[0] == _OWN:
            raise
        raise MissingError(
            f"{what} fails with {told(error)}", hint="the fault is its own: see to its package"
        ) from error


def _package(point: EntryPoint) -> str:
    """The package's name; of one whose metadata are damaged, what it offers."""
    return (point.dist.name if point.dist else None) or point.value


def _cure(point: EntryPoint) -> str:
    package = _package(point)
    if package == _OWN:
        return f"pip install 'audiobook[{point.name}]'"
    return f"see to the package {package} that offers it, or pip uninstall {package}"


def told(error: BaseException) -> str:
    """An error of others' on one line: its kind, and what it says."""
    return f"{type(error).__name__}: {said(error)}"


def said(error: BaseException) -> str:
    """What an error of others' says: on one line, of a length to be read; "" where it cannot."""
    try:
        words = " ".join(str(error).split())
    except Exception:  # its own method may fail, too
        return ""
    line = "".join(c if c.isprintable() else " " for c in words[: _MOST_SAID_CHARACTERS + 1])
    cut = len(line) > _MOST_SAID_CHARACTERS
    return f"{line[:_MOST_SAID_CHARACTERS].rstrip()}…" if cut else line
