"""Which server the engine `openai` asks, and how: what a show sets, and what of it is refused."""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from dataclasses import dataclass

from audiobook.errors import ConfigError
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.settings import Table
from audiobook.speech.engine import VoiceInfo
from audiobook.speech.voice_settings import read_voice_infos

__all__ = ["FORMATS", "Server", "is_loopback", "read_server"]

FORMATS = ("wav", "flac", "mp3", "opus")
"""What a server may be asked for: those that can be decoded here."""

_BASE_URL = "https://api.openai.com/v1"
_VOICES = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")

_URL = re.compile(r"[!-~]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_HEADER_VALUE = re.compile(r"[ -~]*")
_OWN_HEADERS = {"authorization", "content-length", "content-type", "host", "transfer-encoding"}

_MOST_CHARACTERS = 4096
_MOST_AT_ONCE = 64
_MOST_TIMEOUT_S = 600.0
_MOST_PACE_S = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks `POST {base_url}/audio/speech`."""

    base_url: str = _BASE_URL
    """Its address up to that path, without a slash at the end."""
    model: str = "tts-1"
    """What it is asked to speak with."""
    voices: tuple[VoiceInfo, ...] = tuple(VoiceInfo(name, EVERY_LANGUAGE) for name in _VOICES)
    """The voices it has; by default those of the default model."""
    format: str = "wav"
    """What it is asked to send, one of `FORMATS`; what it sends is told by its bytes."""
    key_variable: str = "OPENAI_API_KEY"
    """The environment variable that has the key; where it is not set, none is sent."""
    headers: tuple[tuple[str, str], ...] = ()
    """What else is sent along: pairs of name and value."""
    characters: int = 1000
    """Most characters in one request."""
    at_once: int = 2
    """Most requests at the same time."""
    pace_s: float = 0.0
    """Least seconds from the beginning of one request to that of the next."""
    timeout_s: float = 60.0
    """Seconds within which a whole answer must come."""

    @property
    def address(self) -> str:
        """Host, port and path, for people and for keys."""
        return self.base_url.partition("://")[2]

    @property
    def host(self) -> str:
        """The host's name or address alone."""
        return urllib.parse.urlsplit(self.base_url).hostname or ""


def read_server(table: Table) -> Server:
    """The server that a show sets in `[engines.openai]`.

    Raises:
        ConfigError: a setting is unknown or wrong; with its place.
    """
    default = Server()
    return Server(
        base_url=_base_url(table),
        model=table.text("model", most_bytes=200) or default.model,
        voices=read_voice_infos(table, _VOICES),
        format=table.one_of("format", FORMATS) or default.format,
        key_variable=_key_variable(table) or default.key_variable,
        headers=_headers(table),
        characters=table.integer("characters", 20, _MOST_CHARACTERS) or default.characters,
        at_once=table.integer("at_once", 1, _MOST_AT_ONCE) or default.at_once,
        pace_s=table.number("pace_s", 0.0, _MOST_PACE_S, default.pace_s),
        timeout_s=table.number("timeout_s", 1.0, _MOST_TIMEOUT_S, default.timeout_s),
    )


def is_loopback(host: str) -> bool:
    """Whether what is sent to a host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _base_url(table: Table) -> str:
    """An address to which a key may be sent."""
    insecure = table.flag("insecure")
    url = table.text("base_url", most_bytes=1000) or _BASE_URL
    where = table.where("base_url")
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not _URL.fullmatch(url):
        raise ConfigError(
            '"base_url" is no address of a server',
            where=where,
            hint='write one such as "http://127.0.0.1:8880/v1"',
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(
            '"base_url" may have no user, password, "?" or "#" in it',
            where=where,
            hint='a key belongs in the environment: "key_variable" names the variable',
        )
    if parts.scheme == "http" and not is_loopback(host) and not insecure:
        raise ConfigError(
            f'what is sent to "http://{host}" can be read on the way, the key too',
            where=where,
            hint='use https, or set "insecure = true"',
        )
    return url.rstrip("/")


def _key_variable(table: Table) -> str | None:
    """The name of a variable; what is none may be the key itself, and is not repeated."""
    name = table.text("key_variable", most_bytes=1000)
    if name and not _VARIABLE.fullmatch(name):
        raise ConfigError(
            '"key_variable" is no name of an environment variable',
            where=table.where("key_variable"),
            hint="put the key into a variable of the environment, and its name here",
        )
    return name


def _headers(table: Table) -> tuple[tuple[str, str], ...]:
    headers = table.table("headers")
    if headers is None:
        return ()
    return tuple((name, _header(name, headers)) for name in headers.names())


def _header(name: str, headers: Table) -> str:
    """The value of a header, which no error repeats: it may be a secret."""
    value = headers.text(name, most_bytes=4000) or ""
    where = headers.where(name)
    if name.lower() in _OWN_HEADERS:
        raise ConfigError(
            f'the header "{name}" cannot be set',
            where=where,
            hint='a key belongs in the environment: "key_variable" names the variable',
        )
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise ConfigError("a header has characters that headers have not", where=where)
    return value
