"""Speech by Gemini: a request fitted to it, the call in its words, and its samples as a WAV file. No IO."""

import io
import re
import wave
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from google.genai import types

from contracts.failures import FailureKind
from providers.google.asking import Ask, refusal
from providers.interface import Artifact, Prepared, Request

SPEAKING = frozenset({"text_to_speech"})
VOICES: Final = (
    "Kore", "Puck", "Zephyr", "Charon", "Fenrir", "Leda", "Orus", "Aoede", "Callirrhoe", "Autonoe", "Enceladus",
    "Iapetus", "Umbriel", "Algieba", "Despina", "Erinome", "Algenib", "Rasalgethi", "Laomedeia", "Achernar",
    "Alnilam", "Schedar", "Gacrux", "Pulcherrima", "Achird", "Zubenelgenubi", "Vindemiatrix", "Sadachbia",
    "Sadaltager", "Sulafat",
)  # fmt: skip
"""Google's prebuilt ones. The first is the default."""
_RATE: Final = 24_000
"""Hertz, where the answer does not say."""
_SEEDS: Final = 2**31
_CHARS_A_MINUTE: Final = 900
_SPOKEN: Final = re.compile(r"[^\W_]")
_SAMPLE_BYTES: Final = 2


def fit_speech(request: Request) -> Prepared:
    """Fit a text to be spoken.

    Raises:
        ProviderError: UNSUPPORTED, INVALID_REQUEST (the voice) or INVALID_INPUT (the text).
    """
    model = request.model
    if request.operation not in model.operations:
        raise refusal(FailureKind.UNSUPPORTED, f"{model.title} cannot do {request.operation} here.")
    _voice(request)
    given = "\n".join(request.texts.get("text", ()))
    # control characters are spelled out by some voices, and refused by some servers
    text = "".join(char if char.isprintable() or char in "\n\t" else " " for char in given).strip()
    if not _SPOKEN.search(text):
        raise refusal(FailureKind.INVALID_INPUT, "There is nothing to speak: the text has no words.")
    if len(text) > (most := model.max_prompt_chars):
        message = (
            f"The text has {len(text):,} characters; {model.id} speaks at most {most:,} at once, about "
            f"{most / _CHARS_A_MINUTE:.0f} minutes. Divide it among several nodes."
        )
        raise refusal(FailureKind.INVALID_INPUT, message)
    return Prepared(request, text)


def _voice(request: Request) -> str:
    """As Google spells it."""
    asked = str(request.params.get("voice", "")).strip()
    spelled = {name.lower(): name for name in VOICES}
    if not asked:
        return VOICES[0]
    if known := spelled.get(asked.lower()):
        return known
    close = [spelled[name] for name in get_close_matches(asked.lower(), spelled, n=4)] or VOICES[:6]
    message = f"Google has no voice {asked[:60]!r}. Close to it are {', '.join(close)}; empty gives {VOICES[0]}."
    raise refusal(FailureKind.INVALID_REQUEST, message)


def spoken(prepared: Prepared) -> list[Ask]:
    """Give one call per recording that is wanted."""
    request = prepared.request
    count = int(request.params.get("count", 1))
    parts = (types.Part(text=prepared.prompt_sent),)
    voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=_voice(request)))
    return [
        Ask(
            parts,
            types.GenerateContentConfig(
                seed=(request.seed + index) % _SEEDS,
                response_modalities=["AUDIO"],
                speech_config=types.SpeechConfig(voice_config=voice),
            ),
        )
        for index in range(count)
    ]


def sound_of(parts: Iterable[types.Part]) -> Artifact | None:
    """All sound of an answer as one file; None if there is none, or none that can be read."""
    blobs = [part.inline_data for part in parts if part.inline_data and part.inline_data.data]
    if not blobs:
        return None
    first = blobs[0].data or b""
    if first.startswith(b"RIFF") and first[8:12] == b"WAVE":
        return Artifact(data=first, mime="audio/wav")
    mime = (blobs[0].mime_type or "").lower()
    if not mime.startswith(("audio/l16", "audio/pcm")):
        return None
    samples = b"".join(blob.data or b"" for blob in blobs)
    samples = samples[: len(samples) // _SAMPLE_BYTES * _SAMPLE_BYTES]
    return Artifact(data=_wav(samples, mime), mime="audio/wav") if samples else None


def _wav(samples: bytes, mime: str) -> bytes:
    """Google's L16 is little-endian, as a WAV is, whatever RFC 2586 says of that type."""

    def said(name: str, otherwise: int) -> int:
        found = re.search(rf"{name}\s*=\s*(\d+)", mime)
        return int(found[1]) if found and int(found[1]) else otherwise

    box = io.BytesIO()
    with wave.open(box, "wb") as file:
        file.setnchannels(said("channels", 1))
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(said("rate", _RATE))
        file.writeframes(samples)
    return box.getvalue()
