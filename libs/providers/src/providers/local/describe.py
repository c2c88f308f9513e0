# ruff: noqa: PLR2004 - thresholds of what is said about a picture, each beside its words
"""Words for what is really in a picture: measured, never guessed from where it came from."""

from typing import Final

from PIL import Image

from providers.local.sight import Sight, look

_ACROSS: Final = ("on the left", "left of centre", "in the middle", "right of centre", "on the right")
_DOWN: Final = ("high up", "in the upper half", "at mid-height", "in the lower half", "near the bottom")
_DARKS: Final = frozenset({"black", "charcoal", "navy", "indigo", "slate blue", "maroon", "plum", "dark green"})
_BLUES: Final = frozenset(
    {"sky blue", "blue", "steel blue", "ice blue", "cyan", "turquoise", "teal", "slate blue", "navy"}
)
_QUESTIONS: Final = (
    ("colors", ("color", "colour", "colors", "colours", "palette", "hue", "tint")),
    ("light", ("light", "lighting", "bright", "dark", "sun", "moon", "shadow", "mood", "atmosphere", "time")),
    ("place", ("where", "what", "scene", "horizon", "sky", "water", "land", "place", "subject", "composition")),
    ("form", ("busy", "calm", "detail", "texture", "symmetric", "symmetry", "orientation", "format", "size", "style")),
)


def describe(image: Image.Image, question: str | None = None) -> str:
    """Two to four sentences on what the pixels hold. The question decides which comes first."""
    sight = look(image)
    said = {"colors": _colors(sight), "place": _place(sight), "light": _light(sight), "form": _form(sight)}
    order = [name for name in ("place", "colors", "light", "form") if said[name]]
    first = _asked(question)
    if first in order:
        order.remove(first)
        order.insert(0, first)
    return " ".join(said[name] for name in order)


def _asked(question: str | None) -> str:
    words = (question or "").lower().replace("?", " ").replace(",", " ").split()
    scores = {name: sum(word in keys for word in words) for name, keys in _QUESTIONS}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else "place"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _colors(sight: Sight) -> str:
    main = [(name, share) for name, share in sight.colors if share >= 0.05][:4] or list(sight.colors[:1])
    name, share = main[0]
    if share > 0.93:
        return f"Almost all of it ({share:.0%}) is {name}."
    rest = (
        _join([f"{other} ({part:.0%})" for other, part in main[1:]])
        if len(main) > 1
        else "small touches of other colours"
    )
    warmth = (
        "a warm palette" if sight.warmth > 0.03 else "a cold palette" if sight.warmth < -0.025 else "a balanced palette"
    )
    if sight.chroma < 0.02:
        warmth = "almost no colour"
    rich = ", strongly saturated" if sight.chroma > 0.13 else ""
    return f"The most common colour is {name} ({share:.0%}), followed by {rest}: {warmth}{rich}."


def _spot(sight: Sight) -> str:
    if sight.light_at is None:
        return ""
    across, down = sight.light_at
    return f"{_DOWN[min(4, int(down * 5))]}, {_ACROSS[min(4, int(across * 5))]}"


def _light(sight: Sight) -> str:
    level = (
        "very dark"
        if sight.lightness < 0.24
        else "dark"
        if sight.lightness < 0.42
        else "of medium brightness"
        if sight.lightness < 0.68
        else "bright"
        if sight.lightness < 0.88
        else "very bright"
    )
    contrast = "strong" if sight.contrast > 0.22 else "soft" if sight.contrast < 0.09 else "moderate"
    spot = _spot(sight)
    where = f"; it is brightest {spot}" if spot else "; no single light stands out"
    if sight.contrast < 0.015:
        return f"The picture is {level} and perfectly even, with no visible light or shadow."
    return f"The picture is {level}, with {contrast} contrast{where}."


def _place(sight: Sight) -> str:
    shape = "wide" if sight.width > sight.height * 1.15 else "tall" if sight.height > sight.width * 1.15 else "square"
    if sight.contrast < 0.015:
        return f"{_article(shape).capitalize()} plane of plain {sight.colors[0][0]}."
    night = sight.stars >= 12 and sight.lightness < 0.5
    starry = f"{'dozens' if sight.stars < 120 else 'hundreds'} of bright points, like stars" if night else ""
    if sight.horizon is None:
        if night:
            return f"{_article(shape).capitalize()} picture with {starry}, against {sight.top}."
        return (
            f"{_article(shape).capitalize()} picture without a clear horizon: {sight.top} above, {sight.bottom} below."
        )
    level = _level(sight.horizon)
    return f"A {shape} scene with its horizon {level}: {_sky(sight, starry)} above, and {_below(sight)}."


def _level(horizon: float) -> str:
    return (
        "high up"
        if horizon < 0.36
        else "about half-way down"
        if horizon < 0.56
        else "below the middle"
        if horizon < 0.72
        else "near the bottom"
    )


def _sky(sight: Sight, starry: str) -> str:
    if starry:
        return f"a {sight.top} night sky with {starry},"
    if sight.top in _DARKS:
        return f"a darkening {sight.top} sky"
    if sight.top == "sky blue":
        return "a clear blue sky"
    return f"{_article(sight.top)} sky" if sight.lightness > 0.3 else f"a dim {sight.top} sky"


def _below(sight: Sight) -> str:
    if sight.mirrored > 0.42 and sight.greenery < 0.5:
        return f"{sight.bottom} water below it, mirroring what stands above"
    if sight.mirror_side and sight.greenery < 0.15:
        return f"water below it on the {sight.mirror_side}, mirroring the sky, beside {sight.bottom} ground"
    if sight.greenery > 0.4:
        return f"green land below it, {sight.bottom} towards the front"
    if sight.bottom in _BLUES and sight.greenery < 0.2:
        return f"{_article(sight.bottom)} surface below it, like water"
    if sight.bottom in ("white", "light grey", "ice blue"):
        return f"pale {sight.bottom} ground below it, like snow or mist"
    return f"{sight.bottom} ground below it"


def _form(sight: Sight) -> str:
    busy = (
        "It is full of fine detail"
        if sight.detail > 0.07
        else "Its surfaces are calm and smooth"
        if sight.detail < 0.022
        else "Calm areas and fine detail are in balance"
    )
    even = (
        ", and its two halves mirror each other"
        if sight.symmetry > 0.93
        else ", and one side is clearly heavier than the other"
        if sight.symmetry < 0.25
        else ""
    )
    return f"{busy}{even}."
