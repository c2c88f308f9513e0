# ruff: noqa: PLR2004 - thresholds of what is said about a picture, each beside its words
"""A fuller prompt from a short one. What was said stays word for word; what was not said is added after it."""

import re
from typing import Final

import numpy as np

from providers.local.chance import chance
from providers.local.reading import Reading, read

_LIGHT: Final = (
    "low golden-hour light from the side",
    "soft light just after sunset",
    "first light of dawn through thin mist",
    "clear morning light with long shadows",
    "diffuse light under a high overcast sky",
    "moonlight with a few warm lamps",
)
_LENS: Final = {
    "near": (
        "85mm portrait lens, shallow depth of field",
        "100mm macro lens, fine texture in focus",
        "50mm lens at eye level, soft background",
    ),
    "far": (
        "24mm wide-angle lens, deep focus",
        "35mm lens, layered depth from foreground to horizon",
        "anamorphic lens, wide frame, deep focus",
    ),
}
_FRAME: Final = (
    "subject on the left third, open space opposite",
    "subject on the right third with a leading line towards it",
    "low horizon and a generous sky",
    "foreground framing, a clear middle ground and a hazy distance",
    "balanced, uncluttered composition",
)
_TONES: Final = (
    "palette of amber, rose and deep indigo",
    "palette of slate blue, cream and rust",
    "palette of teal, sand and warm white",
    "palette of moss green, ochre and pale gold",
    "palette of violet, coral and soft grey",
)
_MOOD: Final = (
    "quiet and expansive mood",
    "calm, contemplative mood",
    "wistful mood with a sense of arrival",
    "hopeful, luminous mood",
    "dramatic but tender mood",
)
_MOTION: Final = (
    "slow dolly forward, steady camera",
    "gentle pan following the light",
    "locked-off shot in which only light and air move",
)
_VIDEO: Final = re.compile(
    r"video|veo|runway|gen-?\d|pixverse|kling|luma|ray|sora|pika|hailuo|seedance|wan", re.IGNORECASE
)
_NEAR: Final = frozenset(
    {
        "flower",
        "fox",
        "cat",
        "wolf",
        "deer",
        "owl",
        "portrait",
        "person",
        "robot",
        "butterfly",
        "mushroom",
        "bear",
        "horse",
    }
)
_OURS: Final = (*_LENS["near"], *_LENS["far"], *_FRAME, *_TONES, *_MOOD, *_LIGHT, *_MOTION)
_CAMERA: Final = re.compile(r"\b\d{2,3}\s?mm\b|\blens\b|\bbokeh\b|depth of field|wide-angle|anamorphic", re.IGNORECASE)


def enhance(prompt: str, *, target: str = "", image_description: str = "", seed: int) -> str:
    """Add light, lens, composition, palette and mood where the prompt is silent on them. Twice is the same as once."""
    text = " ".join(prompt.split()).rstrip(" ,;")
    if sum(clause in text for clause in _OURS) >= 2:
        return prompt
    rng = chance("enhance", text, target, image_description, seed)
    reading = read(text)
    if not text:
        text = _subject_of(image_description) or "an open landscape"
    clauses = [clause for clause in _clauses(reading, text, rng) if clause]
    if _VIDEO.search(target):
        clauses.append(_pick(rng, _MOTION))
    seen = _seen(image_description) if prompt.strip() else ""
    if seen:
        clauses.append(seen)
    body = text.rstrip(".")
    return (
        f"{body}, {', '.join(clauses)}."
        if not text.endswith((".", "!", "?"))
        else f"{text} {_capital(', '.join(clauses))}."
    )


def _clauses(reading: Reading, text: str, rng: np.random.Generator) -> list[str]:
    picks = (
        _pick(rng, _LIGHT),
        _pick(rng, _LENS["near" if _NEAR & set(reading.subjects) else "far"]),
        _pick(rng, _FRAME),
        _pick(rng, _TONES),
        _pick(rng, _MOOD),
    )
    light, lens, frame, tones, mood = picks
    drawn = bool(set(reading.styles) - {"cinematic", "film", "noir"})
    return [
        "" if reading.lights else light,
        "" if drawn or _CAMERA.search(text) else lens,
        frame,
        tones if not reading.palette else "",
        mood,
    ]


def _pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subject_of(description: str) -> str:
    return re.split(r"[.!?]", " ".join(description.split()), maxsplit=1)[0]


def _seen(description: str) -> str:
    first = _subject_of(description)
    return f"keeping the look of the source picture ({first[:1].lower()}{first[1:]})" if first else ""
