"""Speech of any server with OpenAI's interface: OpenAI's own, or one that runs at home.

Kokoro-FastAPI, speaches, LocalAI and others have it. The key comes from the environment when it is
needed, and goes nowhere but into the header of a request.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from dataclasses import replace

from audiobook.engine_settings import EngineSettings
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.progress import Listener
from audiobook.speech.engine import Engine, Limits, VoiceInfo, check_speakable
from audiobook.speech.engines._openai_server import Server, read_server
from audiobook.speech.retrying import Failure, Retrying
from audiobook.utterance import Clip, Utterance, Voice

__all__ = ["OpenAI"]


class OpenAI(Engine):
    """Speaks by a server's `/audio/speech`.

    Args:
        server: who is asked, and how; None for OpenAI's own.
        sleep: waits so many seconds; None: until `close`, at the most.
        uniform: a random number between two others, for the jitter of the pauses.
        clock: seconds of a clock that never goes back.
    """

    name = "openai"
    needs_network = True

    def __init__(
        self,
        server: Server | None = None,
        *,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server or Server()
        self._requests = Retrying(
            self._server.host,
            within_s=self._server.timeout_s,
            at_once=self._server.at_once,
            least_gap_s=self._server.pace_s,
            sleep=sleep,
            uniform=uniform,
            clock=clock,
        )

    @property
    def limits(self) -> Limits:
        """As the show sets them for the server."""
        return Limits(self._server.characters, self._server.at_once, self._server.pace_s)

    def configured(self, settings: EngineSettings) -> Engine:
        """One that asks the server a show sets; see `TakesSettings` and `Server`."""
        engine = OpenAI(read_server(settings.table))
        engine.name = settings.name
        return engine

    @property
    def version(self) -> str:
        """Address, model and format; what a server changes behind them it does not tell."""
        return f"{self._server.address} {self._server.model} {self._server.format}"

    def voices(self) -> tuple[VoiceInfo, ...]:
        """Those that the show lists; a server cannot be asked."""
        return self._server.voices

    def place(self) -> str:
        """The server's address; see `HasPlace`."""
        return self._server.address

    def check_ready(self) -> None:
        """Have one word spoken: servers answer other requests even where they refuse these."""
        self._requests.check(self._speak_a_word, self._server.timeout_s)

    def await_ready(self) -> None:
        """Have that word spoken as any other text; see `WaitsForServer`."""
        self._requests.await_ready(self._speak_a_word)

    def tell(self, listen: Listener) -> None:
        """Tell of long pauses between requests; see `WaitsForServer`."""
        self._requests.listen = listen

    def heard(self, voice: Voice) -> Voice:
        """Its name and rate, which are all that is sent; see `FollowsInPart`."""
        return replace(voice, language=EVERY_LANGUAGE, pitch=1.0)

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak, trying again while it may help; no word timings.

        Raises:
            SpeechError: nothing in the text can be spoken, the server refuses it, or what it sends
                is not speech.
            MissingError: it cannot be reached, or does not serve us.
        """
        check_speakable(utterance.text)
        return self._requests.ask(
            functools.partial(_speak_once, self._server, utterance.text, voice)
        )

    def close(self) -> None:
        """End waiting, for answers too; no further try is made."""
        self._requests.close()

    def _speak_a_word(self) -> Clip | Failure:
        info = self._server.voices[0]
        return _speak_once(self._server, "Yes.", Voice(self.name, info.name, info.language))


def _speak_once(server: Server, text: str, voice: Voice) -> Clip | Failure:
    from audiobook.speech.engines._openai_request import speak_once  # noqa: PLC0415 - slow to load

    return speak_once(server, text, voice)
