"""Voices with Piper's interface, a few kilobytes each, that the real library runs.

Each phoneme is a tone of its own, its pads and punctuation silent. As in a real voice the lengths
of the phonemes and the sound have noise in them, as much as `scales` says, from nodes that draw it
anew in every run.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

__all__ = ["REASON", "SAMPLE_RATE", "make_piper_voice"]

REASON = "needs the extra `piper`"
SAMPLE_RATE = 22_050


# ids → frames of 256 samples for each → which id is heard in each frame → its tone
_MODEL = """
<ir_version: 8, opset_import: ["": 15]>
voice (int64[1, n] input, int64[1] input_lengths, float[3] scales{sid}) => (float[1, 1, t] output)
{{
    zero = Constant <value = int64 {{0}}> ()
    one = Constant <value = int64 {{1}}> ()
    two = Constant <value = int64 {{2}}> ()
    rows = Constant <value = int64[1] {{0}}> ()
    columns = Constant <value = int64[1] {{1}}> ()
    flat = Constant <value = int64[1] {{-1}}> ()
    shape = Constant <value = int64[3] {{1, 1, -1}}> ()
    four = Constant <value = float {{4.0}}> ()
    base = Constant <value = float {{2.0}}> ()
    last_mark = Constant <value = float {{13.5}}> ()
    lowest_hz = Constant <value = float {{100.0}}> ()
    step_hz = Constant <value = float {{7.0}}> ()
    turn = Constant <value = float {{0.00028495171}}> ()
    hop = Constant <value = int64 {{256}}> ()
    quiet = Constant <value = float {{0.3}}> ()
    breath = Constant <value = float {{0.01}}> ()
    noise_scale = Gather (scales, zero)
    length_scale = Gather (scales, one)
    noise_w = Gather (scales, two)

    ids = Cast <to = 1> (input)
    kind = Mod <fmod = 1> (ids, four)
    usual = Add (kind, base)
    slower = Mul (usual, length_scale)
    drawn_w = RandomNormalLike <dtype = 1> (ids)
    jitter = Mul (drawn_w, noise_w)
    longer = Abs (jitter)
    lengths = Add (slower, longer)
    w_ceil = Ceil (lengths)

    frames = Reshape (w_ceil, flat)
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
    flat_ids = Reshape (ids, flat)
    heard = Gather (flat_ids, which)

    steps = Mul (heard, step_hz)
    plain_hz = Add (steps, lowest_hz)
    {speaker}
    is_voiced = Greater (heard, last_mark)
    voiced = Cast <to = 1> (is_voiced)
    within = Range (zero, hop, one)
    sample = Cast <to = 1> (within)
    time = Mul (sample, turn)
    hz_rows = Unsqueeze (hz, columns)
    time_columns = Unsqueeze (time, rows)
    phase = Mul (hz_rows, time_columns)
    tone = Sin (phase)
    voiced_rows = Unsqueeze (voiced, columns)
    sounding = Mul (tone, voiced_rows)
    soft = Mul (sounding, quiet)
    drawn = RandomNormalLike (soft)
    breathed = Mul (drawn, breath)
    noise = Mul (breathed, noise_scale)
    sound = Add (soft, noise)
    output = Reshape (sound, shape)
}}
"""
_ONE_SPEAKER = "hz = Identity (plain_hz)"
_MANY_SPEAKERS = """
    who = Cast <to = 1> (sid)
    fifty = Constant <value = float {50.0}> ()
    higher = Mul (who, fifty)
    hz = Add (plain_hz, higher)
"""


def make_piper_voice(
    folder: Path,
    name: str = "en_US-fake-medium",
    *,
    espeak_voice: str = "en-us",
    speakers: tuple[str, ...] = (),
    tells_lengths: bool = True,
) -> Path:
    """Write a voice's two files.

    Args:
        folder: where to.
        name: as Piper names voices: language, name, quality.
        espeak_voice: what turns text into phonemes.
        speakers: their names, for a voice of several.
        tells_lengths: whether its graph shows how long each phoneme is.

    Returns:
        The model's file.
    """
    onnx = pytest.importorskip("onnx", reason=REASON)
    ids = pytest.importorskip("piper.phoneme_ids", reason=REASON)
    text = _MODEL.format(
        sid=", int64[1] sid" if speakers else "",
        speaker=_MANY_SPEAKERS if speakers else _ONE_SPEAKER,
    )
    if not tells_lengths:
        text = text.replace("Ceil (lengths)", "Floor (lengths)")
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}.onnx"
    onnx.save(onnx.parser.parse_model(text), model)
    language, _, quality = name.split("-")
    config = {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": quality},
        "espeak": {"voice": espeak_voice},
        "language": {"code": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": ids.DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": len(speakers) or 1,
        "speaker_id_map": {speaker: number for number, speaker in enumerate(speakers)},
    }
    (folder / f"{name}.onnx.json").write_text(json.dumps(config), "utf-8")
    return model
