"""Speech of the fake Gemini API: samples as Google sends them, a tone per word, higher for longer words."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

RATE = 24_000
_TOKENS_A_SECOND = 25
_WORD_S, _MOST_S = 0.12, 30.0
_LOUD = 8_000


def spoken(words: str, config: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int, str]:
    """Give the parts of an answer, how many tokens they are, and of which modality."""
    voice = voice_of(config)
    pitch = 110 + hashlib.sha256(voice.encode()).digest()[0]
    seconds = min(_MOST_S, _WORD_S * max(1, len(words.split())))
    at = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * pitch * at) * (np.sin(2 * np.pi * at / _WORD_S / 2) ** 2)
    data = (tone * _LOUD).astype("<i2").tobytes()
    blob = {"mimeType": f"audio/L16;codec=pcm;rate={RATE}", "data": base64.b64encode(data).decode()}
    return [{"inlineData": blob}], round(seconds * _TOKENS_A_SECOND) + 1, "AUDIO"


def voice_of(config: Mapping[str, Any]) -> str:
    """Both spellings are taken, as Google's servers do."""
    speech = config.get("speechConfig") or {}
    voice = speech.get("voiceConfig") or speech.get("voice_config") or {}
    built = voice.get("prebuiltVoiceConfig") or voice.get("prebuilt_voice_config") or {}
    return str(built.get("voiceName") or built.get("voice_name") or "")
