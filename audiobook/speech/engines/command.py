"""Any program as an engine: called once for each piece of text, by an argument list of a show's."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from audiobook.engine_settings import EngineSettings
from audiobook.errors import (
    ConfigError,
    MissingError,
    NotSetUpError,
    SpeechError,
    UnknownNameError,
    Where,
)
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.settings import Table
from audiobook.speech.engine import (
    Engine,
    Limits,
    VoiceInfo,
    check_speakable,
    excerpt,
    without_controls,
)
from audiobook.speech.engines._command_presets import NO_PRESET, PRESETS, Preset
from audiobook.speech.engines._command_run import (
    Ended,
    Runner,
    StoppedError,
    TimedOutError,
    listed_names,
)
from audiobook.speech.engines._models import digest_of
from audiobook.speech.engines._workshop import no_room, sweep_workshops, workshop
from audiobook.speech.voice_settings import read_voice_infos
from audiobook.store import digest
from audiobook.utterance import Clip, Utterance, Voice

__all__ = ["Command"]

_TEXT_FORMAT = 1  # raised when the same text is handed over otherwise
_PLACEHOLDER = re.compile(r"\{(text_file|out|voice|language|rate|stretch|words_per_minute)\}")
_RATES = ("rate", "stretch", "words_per_minute")
_USUAL_WPM = 175
_FORMATS = ("wav", "aiff", "flac", "mp3")
_ONLY_VOICE = "default"
_VOICE_FILE = ".flitevox"

_CHARACTERS, _MOST_CHARACTERS = 1_000, 20_000
_MOST_AT_ONCE = 64
_TIMEOUT_S, _MOST_TIMEOUT_S = 60.0, 3_600.0
_MOST_BYTES = 128 * 10**6
_VERSION_DIGITS = 16
_MOST_DIGESTED_BYTES = 64 * 10**6

_BY_HAND = "try the command by hand; what is spoken is kept"
_OR_LONGER = f'raise "timeout_s", or {_BY_HAND}'
_EXAMPLE = 'command = ["flite", "-f", "{text_file}", "-o", "{out}"]'


@dataclass(frozen=True, slots=True)
class _Program:
    """What is run, and how it is waited for."""

    arguments: tuple[str, ...] = ()
    """The program and its arguments, with placeholders; empty where the show has set none."""
    voices: tuple[VoiceInfo, ...] = (VoiceInfo(_ONLY_VOICE, EVERY_LANGUAGE),)
    """Its voices."""
    folder: Path = Path()
    """Where it runs, and where files are named from."""
    suffix: str = ".wav"
    """Of the file that it writes."""
    timeout_s: float = _TIMEOUT_S
    """Seconds that it may take for one text."""
    hint: str | None = None
    """How it is installed."""
    list_arguments: tuple[str, ...] = ()
    """What has it print its voices; see `Preset`."""
    where: Where | None = None
    """Where the show sets it."""

    def path(self) -> Path:
        """Where the program is: on PATH, or from the folder where its name has a slash.

        Raises:
            MissingError: it is nowhere, or may not be run.
        """
        if not self.arguments:
            raise NotSetUpError(
                f'no program is set for engine "{Command.name}"',
                hint=f"give it one in show.toml, in a table [engines.NAME]: {_EXAMPLE}",
            )
        name = self.arguments[0]
        found = shutil.which(self.folder / name if Path(name).name != name else name)
        if found is None:
            hint = self.hint or "install it, or give its path"
            raise MissingError(f'there is no program "{name}"', where=self.where, hint=hint)
        return Path(found).absolute()

    def placeholders(self) -> set[str]:
        """The placeholders that stand in its arguments."""
        return {name for argument in self.arguments[1:] for name in _PLACEHOLDER.findall(argument)}

    def files(self, values: Mapping[str, str]) -> Iterator[Path]:
        """The files that its arguments name, once filled in: a script, a model, a voice.

        An argument may be the file's name, or end in it behind a "=".
        """
        for argument in self.arguments[1:]:
            filled = _filled(argument, values)
            paths = (self.folder / name for name in {filled, filled.rpartition("=")[2]})
            yield from sorted(path for path in paths if _is_file(path))


class Command(Engine):
    """Speaks by a program that reads a text and writes a sound file.

    Its settings are those of a table `[engines.NAME]`: `command`, a list of the program and its
    arguments, or `preset`; `voices` and `languages`, see `read_voice_infos`; `format` of the file
    that it writes; `characters`, `at_once` and `timeout_s`. In the arguments, `{text_file}`,
    `{out}`, `{voice}`, `{language}`, `{rate}` (1 is the program's own), `{stretch}` (1 / rate) and
    `{words_per_minute}` (175 × rate) stand for what they say, and nothing else is expanded. The
    text is on its standard input too.
    """

    name = "command"
    limits = Limits(_CHARACTERS, at_once=1)
    needs_network = False

    def __init__(self, program: _Program | None = None) -> None:
        self._program = program or _Program()
        self._runner = Runner()
        self._has_swept = False
        self._voice_versions: dict[Voice, str] = {}

    def configured(self, settings: EngineSettings) -> Engine:
        """An engine that runs what a show says; see `TakesSettings`."""
        table = settings.table
        preset = _preset(table)
        arguments = _arguments(table, preset)
        engine = Command(
            _Program(
                arguments,
                _voices(table, preset, arguments),
                Path(settings.where.path).absolute().parent,
                f".{table.one_of('format', _FORMATS) or preset.format}",
                table.number("timeout_s", 1.0, _MOST_TIMEOUT_S, _TIMEOUT_S),
                preset.hint,
                preset.list_arguments,
                settings.where,
            )
        )
        engine.name = settings.name
        engine.limits = Limits(
            table.integer("characters", 20, _MOST_CHARACTERS) or _CHARACTERS,
            table.integer("at_once", 1, _MOST_AT_ONCE) or preset.at_once,
        )
        return engine

    @functools.cached_property
    def version(self) -> str:
        """A digest of the arguments, and of the program: where it is, and what it holds.

        Files over 64 MB count by their size and time, here and in `voice_version`.
        """
        program, path = self._program, self._program.path()
        how = (program.arguments, program.suffix, str(path))
        return digest(_TEXT_FORMAT, how, _fingerprint(path))[:_VERSION_DIGITS]

    def voice_version(self, voice: Voice) -> str:
        """A digest of the files that the arguments name with that voice; see `HasVoiceVersions`.

        They are looked at once, since it is asked for every line.
        """
        if voice not in self._voice_versions:
            prints = [_fingerprint(path) for path in self._program.files(_values(voice))]
            self._voice_versions[voice] = digest(prints)[:_VERSION_DIGITS]
        return self._voice_versions[voice]

    def voices(self) -> tuple[VoiceInfo, ...]:
        """Those that the show or the preset lists."""
        return self._program.voices

    def check_voice(self, voice: Voice) -> None:
        """Refuse a voice that is not listed, or that the program does not know where it tells."""
        super().check_voice(voice)
        known = self._known_voices
        if known and voice.name not in known and Path(voice.name).suffix != _VOICE_FILE:
            raise UnknownNameError("voice", voice.name, known, where=self._program.where)

    @functools.cached_property
    def _known_voices(self) -> frozenset[str]:
        """The voices that the program tells of; none where it tells of none, or is not there."""
        if not self._program.list_arguments:
            return frozenset()
        try:
            return listed_names(self._program.path(), self._program.list_arguments)
        except MissingError:
            return frozenset()

    def heard(self, voice: Voice) -> Voice:
        """What the arguments have placeholders for; see `FollowsInPart`."""
        told = self._program.placeholders()
        return replace(
            voice,
            name=voice.name if "voice" in told else _ONLY_VOICE,
            language=voice.language if "language" in told else EVERY_LANGUAGE,
            rate=1.0 if told.isdisjoint(_RATES) else voice.rate,
            pitch=1.0,
        )

    def place(self) -> str:
        """The program's file; see `HasPlace`."""
        return str(self._program.path())

    def check_ready(self) -> None:
        """See that the program is there (MissingError)."""
        self._program.path()

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Run the program; no word timings.

        Raises:
            SpeechError: nothing in the text can be spoken, or the program fails, takes too long,
                or writes no sound.
            MissingError: the program is not there, or cannot be run.
            OutputError: there is no room for its files.
        """
        check_speakable(utterance.text)
        self._sweep_once()
        with workshop() as folder:
            text_file = folder / "text.txt"
            out = folder / f"speech{self._program.suffix}"
            _write_text(text_file, utterance.text)
            values = {"text_file": str(text_file), "out": str(out), **_values(voice)}
            ended = self._run(values, text_file, out, utterance.text)
            return self._clip(out, ended, utterance.text)

    def close(self) -> None:
        """End what is running."""
        self._runner.close()

    def _sweep_once(self) -> None:
        if not self._has_swept:
            self._has_swept = True
            sweep_workshops()

    def _run(self, values: dict[str, str], text_file: Path, out: Path, text: str) -> Ended:
        path = self._program.path()
        arguments = [_filled(argument, values) for argument in self._program.arguments[1:]]
        try:
            ended = self._runner.run(
                [str(path), *arguments],
                folder=self._program.folder,
                text_file=text_file,
                out=out,
                within_s=self._program.timeout_s,
                most_bytes=_MOST_BYTES,
            )
        except OSError as error:
            what = f"{path} cannot be run: {error.strerror or error}"
            raise MissingError(what, where=self._program.where) from error
        except StoppedError as error:
            what = f"{self.name} {error}: it was given {excerpt(text)}"
            hint = _OR_LONGER if isinstance(error, TimedOutError) else _BY_HAND
            raise SpeechError(what, hint=hint) from error
        if ended.code:
            raise self._failed(_how(ended.code), ended, text)
        return ended

    def _clip(self, out: Path, ended: Ended, text: str) -> Clip:
        from audiobook.speech.engines._received import NotSpeechError, decoded  # noqa: PLC0415 - slow to load

        if not _is_file(out):
            raise self._failed("wrote no sound", ended, text)
        try:
            with out.open("rb") as file:
                return decoded(file.read(_MOST_BYTES))
        except NotSpeechError as error:
            raise self._failed(f"wrote {error}", ended, text) from error
        except OSError as error:
            reason = error.strerror or error
            raise SpeechError(f"what {self.name} wrote cannot be read: {reason}") from error

    def _failed(self, what: str, ended: Ended, text: str) -> SpeechError:
        said = f", and says {excerpt(ended.last_words)}" if ended.last_words else ""
        return SpeechError(
            f"{self.name} {what} for {excerpt(text)}{said}",
            hint=_BY_HAND,
        )


def _preset(table: Table) -> Preset:
    name = table.one_of("preset", PRESETS)
    if name is None:
        return NO_PRESET
    if "command" in table.names():
        raise ConfigError(
            'an engine has either "command" or "preset"',
            where=table.where("preset"),
            hint="leave one of them out",
        )
    return PRESETS[name]


def _arguments(table: Table, preset: Preset) -> tuple[str, ...]:
    arguments = table.texts("command") or preset.arguments
    if not any("{out}" in argument for argument in arguments[1:]):
        raise ConfigError(
            '"command" must be a list of a program and its arguments, with {out} among them',
            where=table.where("command"),
            hint=_EXAMPLE,
        )
    return arguments


def _voices(table: Table, preset: Preset, arguments: tuple[str, ...]) -> tuple[VoiceInfo, ...]:
    has_choice = any("{voice}" in argument for argument in arguments)
    listed = read_voice_infos(table, default=() if has_choice else (_ONLY_VOICE,))
    if not listed and not preset.voices:
        raise ConfigError(
            "a command with {voice} needs a list of voices",
            where=table.where("command"),
            hint='voices = ["NAME", "NAME"]',
        )
    return listed or preset.voices


def _values(voice: Voice) -> dict[str, str]:
    """What the placeholders of a voice stand for."""
    return {
        "voice": voice.name,
        "language": voice.language,
        "rate": f"{voice.rate:.4g}",
        "stretch": f"{1 / voice.rate:.4g}",
        "words_per_minute": str(round(_USUAL_WPM * voice.rate)),
    }


def _filled(argument: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), argument)


def _write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, without control codes and halves of characters."""
    try:
        path.write_text(without_controls(text) + "\n", "utf-8")
    except OSError as error:
        raise no_room(error) from error


def _how(code: int) -> str:
    return f"ended with code {code}" if code > 0 else f"was ended by signal {-code}"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no name that a file could have
        return False


def _fingerprint(path: Path) -> str:
    """What tells a file from another."""
    try:
        facts = path.stat()
    except OSError as error:
        raise MissingError(f"{path} cannot be read: {error.strerror or error}") from error
    if facts.st_size > _MOST_DIGESTED_BYTES:
        return f"{facts.st_size} {facts.st_mtime_ns}"
    return digest_of([path])
