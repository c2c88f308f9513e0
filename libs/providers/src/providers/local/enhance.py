"""A fuller prompt from a short one. What was said stays word for word; what was not said is added after it."""

import re
from typing import Final

import numpy as np

from providers.conventions import Family, Kind, family_of, lacks, says
from providers.local.chance import chance
from providers.local.reading import read

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


def enhance(prompt: str, *, target: str = "", image_description: str = "", seed: int) -> str:
    """Add what the prompt is silent on and models of the target's family look for. Twice is the same as once."""
    family = family_of(target)
    text = " ".join(prompt.split()).rstrip(" ,;")
    if text and not lacks(text, family):
        return prompt
    rng = chance("enhance", text, target, image_description, seed)
    seen = _seen(image_description) if text else ""
    text = text or _subject_of(image_description) or "an open landscape"
    clauses = _clauses(text, family, rng)
    if seen:
        clauses.append(seen)
    return _joined(text, clauses, family)


def _clauses(text: str, family: Family, rng: np.random.Generator) -> list[str]:
    """In the family's order. What is needed is always said; palette and mood where there is room for them."""
    reading = read(text)
    made: dict[Kind, str] = {
        "light": _pick(rng, _LIGHT),
        "lens": _pick(rng, _LENS["near" if _NEAR & set(reading.subjects) else "far"]),
        "composition": _pick(rng, _FRAME),
        "palette": _pick(rng, _TONES),
        "mood": _pick(rng, _MOOD),
        "motion": _pick(rng, _MOTION),
    }
    needed = set(lacks(text, family))
    room = len(text.split()) < family.words
    spared = {"palette"} if reading.palette else set[Kind]()
    return [
        made[kind]
        for kind in family.order
        if kind in needed or (room and kind not in {*family.needed, *spared} and not says(text, kind))
    ]


def _joined(text: str, clauses: list[str], family: Family) -> str:
    ended = text.endswith((".", "!", "?", "…"))
    if family.form == "sentences":
        return f"{text}{'' if ended else '.'} {' '.join(f'{_capital(clause)}.' for clause in clauses)}".rstrip()
    told = ", ".join(clauses)
    if family.form == "tags":
        return f"{text.rstrip('.')}, {told}"
    return f"{text} {_capital(told)}." if ended else f"{text}, {told}."


def _pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subject_of(description: str) -> str:
    return re.split(r"[.!?]", " ".join(description.split()), maxsplit=1)[0]


def _seen(description: str) -> str:
    first = _subject_of(description)
    return f"keeping the look of the source picture ({first[:1].lower()}{first[1:]})" if first else ""
