"""Speech by espeak-ng, when it is installed: robotic, but clear, in more than a hundred voices.

The text goes in by stdin, so it is never an option or markup; the program is killed when nobody wants it any more.
"""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Final

import numpy as np

from kit.sounds import RATE, Sound
from providers.local.loudness import normalised

PROGRAM: Final = "espeak-ng"
MOST_CHARS: Final = 20_000
"""About twenty minutes."""
HOW_TO = (
    "Speech needs espeak-ng on this machine (Debian and Ubuntu: apt install espeak-ng), or a provider that speaks, "
    "such as Google."
)
_WORDS_A_MINUTE, _PITCH = "160", "45"
_LOOK_S: Final = 0.1
_PATIENCE_S: Final = 120.0
_HEAD: Final = 44
_QUIET: Final = 0.15


class NoSpeech(ValueError):
    """It cannot be spoken, and the message says why."""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


def speak(text: str, *, voice: str = "", step: Callable[[float], None] = lambda _: None) -> Sound:
    """Speak. `step` is called often, and may raise to stop it.

    Raises:
        NoSpeech: no such voice, nothing to say, or it went wrong.
    """
    words = readable(text)
    options = ["-s", _WORDS_A_MINUTE, "-p", _PITCH, "-b", "1", "--stdin", "--stdout"]
    if voice:
        options += ["-v", known(voice)]
    told = _run(options, words, step)
    samples = _samples(told)
    if not len(samples):
        raise NoSpeech("there is nothing in this text that can be spoken")
    return normalised(samples)


def readable(text: str) -> str:
    """Without control characters, which some voices spell out.

    Raises:
        NoSpeech: it is empty, or too long.
    """
    words = "".join(char if char.isprintable() or char in "\n\t" else " " for char in text).strip()
    if not words:
        raise NoSpeech("there is nothing to speak")
    if len(words) > MOST_CHARS:
        raise NoSpeech(f"the text has {len(words):,} characters; at most {MOST_CHARS:,} are spoken at once")
    return words


def _run(options: Sequence[str], words: str, step: Callable[[float], None]) -> bytes:
    child = subprocess.Popen(  # noqa: S603  a fixed program; the text is no argument
        [shutil.which(PROGRAM) or PROGRAM, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    given: bytes | None = words.encode("utf-8", "replace")
    waited = 0.0
    try:
        while True:
            step(min(0.9, waited / (waited + 2)))
            try:
                told, _ = child.communicate(given, timeout=_LOOK_S)
                break
            except subprocess.TimeoutExpired as error:
                given = None  # it has it, and goes on reading what it has
                waited += _LOOK_S
                if waited > _PATIENCE_S:
                    raise NoSpeech(f"it took longer than {_PATIENCE_S:.0f} seconds to speak it") from error
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    if child.returncode:
        raise NoSpeech(f"espeak-ng ended with code {child.returncode}")
    return told


def _samples(wave: bytes) -> Sound:
    """Of its WAV, whose header's lengths are placeholders: what follows `data` counts."""
    at = wave.find(b"data") + 8
    rate = int.from_bytes(wave[24:28], "little")
    if at < _HEAD or not rate:
        return np.zeros((0, 2), np.float32)
    mono = np.frombuffer(wave[at : at + (len(wave) - at) // 2 * 2], "<i2").astype(np.float32) / 32768
    if not len(mono):
        return np.zeros((0, 2), np.float32)
    places = np.arange(int(len(mono) * RATE / rate)) * (rate / RATE)
    even = np.interp(places, np.arange(len(mono)), mono).astype(np.float32)
    rest = np.zeros(round(_QUIET * RATE), np.float32)
    return np.repeat(np.concatenate([rest, even, rest])[:, None], 2, axis=1)


def known(voice: str) -> str:
    """The name as espeak-ng takes it. An empty one is its own default.

    Raises:
        NoSpeech: there is none of that name; names that are close are told.
    """
    if not voice:
        return voice
    there = voices()
    if voice in there:
        return voice
    close = get_close_matches(voice, there, n=4) or ["en-us", "en-gb", "de", "fr"]
    raise NoSpeech(f"espeak-ng has no voice {voice[:60]!r}; close to it are {', '.join(close)}")


@cache
def voices() -> frozenset[str]:
    """Their language codes, as `-v` takes them."""
    told = subprocess.run(  # noqa: S603  a fixed program without arguments of anybody's
        [shutil.which(PROGRAM) or PROGRAM, "--voices"], capture_output=True, timeout=20, check=False
    )
    rows = told.stdout.decode("utf-8", "replace").splitlines()[1:]
    return frozenset(parts[1] for row in rows if len(parts := row.split()) > 1)
