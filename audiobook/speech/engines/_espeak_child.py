"""The process in which espeak-ng speaks, and the frames in which it is asked and answers.

The library keeps state from one utterance to the next, so the same text would give other samples
the second time, and it bears no threads. Here it is loaded and initialised once; every utterance is
spoken by a fork of that state, so its samples depend on nothing but the request. Where there is no
fork, a process speaks one utterance and ends.

Run as a script, by path and in isolated mode, with the standard library alone: it starts in
milliseconds, and nothing on the user's path can get in. A frame is a little-endian uint32 length
and that many bytes. The first frame it sends is empty, or says why espeak-ng cannot be used; then
each request frame gets an answer frame. When an utterance fails, the process ends with its exit
code, which the other side sees as the end of the stream. It ends, too, when its input ends.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from typing import IO

__all__ = [
    "pack_speech",
    "pack_transcription",
    "read_frame",
    "unpack_speech",
    "unpack_transcription",
    "write_frame",
]

_LENGTH = struct.Struct("<I")
_SPEAK, _TRANSCRIBE = range(2)  # the first byte of a request
_SPEECH = struct.Struct("<BHBH")  # what to do, words per minute, pitch, flags
_TRANSCRIPTION = struct.Struct("<B?")  # what to do, whether in IPA
_ANSWER = struct.Struct("<II")  # sample rate, number of word events
_EVENT = struct.Struct("<II")  # position in characters from 0, sample

# What follows is named after and taken from espeak-ng's speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_RATE, _PITCH = 1, 3
_POS_CHARACTER = 1
_CHARS_UTF8, _SSML, _PHONEMES = 1, 0x10, 0x100
_PHONEMES_IPA = 2
_EVENT_LIST_TERMINATED, _EVENT_WORD = 0, 1


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame, or None when the stream ends first."""
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    frame = stream.read(length)
    return frame if len(frame) == length else None


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """Send a frame at once."""
    stream.write(_LENGTH.pack(len(frame)) + frame)
    stream.flush()


def pack_speech(
    text: str,
    identifier: str,
    *,
    rate_wpm: int,
    pitch: int,
    takes_phonemes: bool,
    takes_ssml: bool = False,
) -> bytes:
    """A request to speak a text.

    Args:
        text: espeak-ng's markup in it means nothing, unless it is asked for.
        identifier: of the voice, as in espeak_VOICE, with "+" and a variant if there is one.
        rate_wpm: words per minute, 80 to 450.
        pitch: 0 to 100, 50 being the voice's own.
        takes_phonemes: whether what stands in [[double brackets]] is phonemes, as espeak-ng
            writes them.
        takes_ssml: whether tags and entities are markup.
    """
    flags = _PHONEMES * takes_phonemes | _SSML * takes_ssml
    settings = _SPEECH.pack(_SPEAK, rate_wpm, pitch, flags)
    return settings + identifier.encode() + b"\0" + _encoded(text)


def pack_transcription(texts: Iterable[str], identifier: str, *, ipa: bool) -> bytes:
    """A request for the phonemes of texts, in which [[double brackets]] hold phonemes.

    Args:
        texts: plain texts.
        identifier: of the voice, as for speech.
        ipa: whether phonemes are wanted in IPA, else as espeak-ng writes them.
    """
    parts = [identifier.encode(), *(_encoded(text) for text in texts)]
    return _TRANSCRIPTION.pack(_TRANSCRIBE, ipa) + b"\0".join(parts)


def unpack_transcription(answer: bytes) -> list[str]:
    """The phonemes of each text."""
    return answer.decode("utf-8", "replace").split("\0")


def _encoded(text: str) -> bytes:
    return text.replace("\0", " ").encode("utf-8", "replace")


def unpack_speech(answer: bytes) -> tuple[int, list[tuple[int, int]], bytes]:
    """What was spoken: sample rate, word events, and mono samples as little-endian int16.

    A word event is a pair: position in the text in characters, and sample at which it is heard.
    """
    sample_rate, n_events = _ANSWER.unpack_from(answer)
    end = _ANSWER.size + n_events * _EVENT.size
    events = [(at, sample) for at, sample in _EVENT.iter_unpack(answer[_ANSWER.size : end])]
    return sample_rate, events, answer[end:]


class _Library:
    """espeak-ng, initialised and silent so far."""

    def __init__(self, library_path: str, data_folder: str) -> None:
        self._library = ctypes.CDLL(library_path)
        self._library.espeak_Synth.argtypes = (
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        )
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        # The library cuts a path of over 160 characters, then falls back to one of its makers'.
        os.chdir(os.path.dirname(data_folder))  # noqa: PTH120 - pathlib is slow to load
        self.sample_rate: int = self._library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, b".", _INITIALIZE_DONT_EXIT
        )
        if self.sample_rate <= 0:
            raise OSError(f"espeak_Initialize fails with the data in {data_folder}")
        # The noise in breathy voices is seeded with the clock, unless it is given a seed.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))

    def speak(
        self, identifier: bytes, text: bytes, *, rate_wpm: int, pitch: int, flags: int
    ) -> bytes:
        """Speak, and pack the answer; once only in the life of a process."""
        samples, events = bytearray(), bytearray()

        @_SynthCallback  # type: ignore[untyped-decorator] # ctypes types it as a plain type
        def hear(
            wave: ctypes._Pointer[ctypes.c_short], n: int, event: ctypes._Pointer[_Event]
        ) -> int:
            if wave and n > 0:
                samples.extend(ctypes.string_at(wave, 2 * n))
            index = 0
            while event[index].type != _EVENT_LIST_TERMINATED:
                if event[index].type == _EVENT_WORD:
                    at, sample = event[index].text_position - 1, event[index].sample
                    events.extend(_EVENT.pack(max(at, 0), max(sample, 0)))
                index += 1
            return 0

        self._library.espeak_SetSynthCallback(hear)
        self._check(self._library.espeak_SetVoiceByName(identifier))
        self._check(self._library.espeak_SetParameter(_RATE, rate_wpm, 0))
        self._check(self._library.espeak_SetParameter(_PITCH, pitch, 0))
        self._synthesise(text, flags)
        n_events = len(events) // _EVENT.size
        return _ANSWER.pack(self.sample_rate, n_events) + bytes(events) + bytes(samples)

    def transcribe(self, identifier: bytes, texts: Iterable[bytes], *, ipa: bool) -> bytes:
        """The phonemes of each text, with a zero byte between two."""
        self._check(self._library.espeak_SetVoiceByName(identifier))
        self._synthesise(b"", _PHONEMES)  # for what is transcribed next, brackets hold phonemes
        mode = _PHONEMES_IPA if ipa else 0
        return b"\0".join(self._phonemes(text, mode) for text in texts)

    def _phonemes(self, text: bytes, mode: int) -> bytes:
        rest = ctypes.c_char_p(text)
        parts: list[bytes] = []
        while rest.value is not None:  # a clause at a time
            clause = self._library.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, mode)
            parts.append(clause or b"")
        return b" ".join(parts)

    def _synthesise(self, text: bytes, flags: int) -> None:
        size, flags = len(text) + 1, flags | _CHARS_UTF8
        self._check(self._library.espeak_Synth(text, size, 0, _POS_CHARACTER, 0, flags, None, None))

    @staticmethod
    def _check(status: int) -> None:
        if status:
            raise OSError(f"espeak-ng says {status}")


def _answer(library: _Library, request: bytes, output: IO[bytes]) -> None:
    if request[0] == _SPEAK:
        _, rate_wpm, pitch, flags = _SPEECH.unpack_from(request)
        identifier, text = request[_SPEECH.size :].split(b"\0")
        answer = library.speak(identifier, text, rate_wpm=rate_wpm, pitch=pitch, flags=flags)
    else:
        _, ipa = _TRANSCRIPTION.unpack_from(request)
        identifier, *texts = request[_TRANSCRIPTION.size :].split(b"\0")
        answer = library.transcribe(identifier, texts, ipa=ipa)
    write_frame(output, answer)


def _answer_in_fork(library: _Library, request: bytes, output: IO[bytes]) -> int:
    """Have a fork answer, and return its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _answer(library, request, output)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code  # as a shell says it


def _main(library_path: str, data_folder: str, mode: str) -> int:
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        library = _Library(library_path, data_folder)
    except (OSError, AttributeError) as error:
        write_frame(answers, str(error).encode())
        return 1
    write_frame(answers, b"")
    while (request := read_frame(requests)) is not None:
        if mode == "once":
            _answer(library, request, answers)
            return 0
        if code := _answer_in_fork(library, request, answers):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
