"""A model with Kokoro's interface, a few kilobytes, that the real library runs; and its voices.

Each phoneme is a tone, higher or lower by voice; the padding and punctuation are silent. Noise is
drawn in it in both ways that Kokoro draws it, anew in every run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

__all__ = ["REASON", "make_kokoro"]

REASON = "needs the extra `kokoro`"

_STYLES, _STYLE_WIDTH = 510, 256

_MODEL = """
<ir_version: 8, opset_import: ["": 15]>
kokoro (int64[1, n] tokens, float[1, 256] style, float[1] speed) => (float[t] audio{duration})
{{
    zero = Constant <value = int64 {{0}}> ()
    one = Constant <value = int64 {{1}}> ()
    rows = Constant <value = int64[1] {{0}}> ()
    columns = Constant <value = int64[1] {{1}}> ()
    flat = Constant <value = int64[1] {{-1}}> ()
    four = Constant <value = float {{4.0}}> ()
    base = Constant <value = float {{3.0}}> ()
    last_mark = Constant <value = float {{16.5}}> ()
    lowest_hz = Constant <value = float {{120.0}}> ()
    step_hz = Constant <value = float {{7.0}}> ()
    turn = Constant <value = float {{0.00026179939}}> ()
    hop = Constant <value = int64 {{600}}> ()
    quiet = Constant <value = float {{0.3}}> ()
    breath = Constant <value = float {{0.001}}> ()

    tokens_f = Cast <to = 1> (tokens)
    ids = Reshape (tokens_f, flat)
    kind = Mod <fmod = 1> (ids, four)
    usual = Add (kind, base)
    lengths = Div (usual, speed)
    frames = Ceil (lengths)
    duration = Cast <to = 7> (frames)
    ends = CumSum (frames, zero)
    n_frames = ReduceSum <keepdims = 0> (frames)
    n = Cast <to = 7> (n_frames)
    numbers = Range (zero, n, one)
    at = Cast <to = 1> (numbers)
    at_rows = Unsqueeze (at, columns)
    end_columns = Unsqueeze (ends, rows)
    is_over = LessOrEqual (end_columns, at_rows)
    over = Cast <to = 7> (is_over)
    which = ReduceSum <keepdims = 0> (over, columns)
    heard = Gather (ids, which)

    steps = Mul (heard, step_hz)
    plain_hz = Add (steps, lowest_hz)
    first_style = Gather <axis = 1> (style, zero)
    hz = Add (plain_hz, first_style)
    is_voiced = Greater (heard, last_mark)
    voiced = Cast <to = 1> (is_voiced)
    within = Range (zero, hop, one)
    sample = Cast <to = 1> (within)
    time = Mul (sample, turn)
    hz_rows = Unsqueeze (hz, columns)
    time_columns = Unsqueeze (time, rows)
    turned = Mul (hz_rows, time_columns)
    drawn_phase = RandomUniformLike <dtype = 1, low = 0.0, high = 0.5> (hz_rows)
    phase = Add (turned, drawn_phase)
    tone = Sin (phase)
    voiced_rows = Unsqueeze (voiced, columns)
    sounding = Mul (tone, voiced_rows)
    soft = Mul (sounding, quiet)
    drawn = RandomNormalLike (soft)
    noise = Mul (drawn, breath)
    noisy = Add (soft, noise)
    audio = Reshape (noisy, flat)
}}
"""


def make_kokoro(
    folder: Path,
    voices: tuple[str, ...] = ("af_heart", "am_adam", "bf_emma", "ff_siwis", "jf_alpha"),
    *,
    name: str = "kokoro-v1.0.onnx",
    tells_lengths: bool = True,
) -> Path:
    """Write a model, and a file of voices beside it.

    Args:
        folder: where to.
        voices: their names; each speaks a little higher than the one before.
        name: of the model's file.
        tells_lengths: whether it has an output for how long each phoneme is.

    Returns:
        The model's file.
    """
    onnx = pytest.importorskip("onnx", reason=REASON)
    duration = ", int64[n] duration" if tells_lengths else ""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(onnx.parser.parse_model(_MODEL.format(duration=duration)), folder / name)
    styles = {
        voice: np.full((_STYLES, 1, _STYLE_WIDTH), 20.0 * number, np.float32)
        for number, voice in enumerate(voices)
    }
    with (folder / "voices-v1.0.bin").open("wb") as file:
        np.savez_compressed(file, **styles)
    return folder / name
