"""A storyboard from templates: the hours go by, the camera comes and goes, scenes begin where the last one ended."""

import re
from collections.abc import Sequence
from typing import Final

from contracts.storyboard import MAX_SCENE_TEXT, MAX_STYLE, Scene, StoryboardValue
from providers.local.asking import capital, spoken_in, theme_of
from providers.local.chance import chance
from providers.local.reading import Reading, read

_HOURS: Final = (
    "at first light, long blue shadows",
    "in clear morning light",
    "under a high bright sky",
    "in golden afternoon light",
    "in the last warm light of the day",
    "at dusk, the first lamps lit",
    "at night, under a few stars",
)
_FRAMES: Final = (
    "wide establishing shot, 24mm lens, deep focus",
    "medium shot, 50mm lens, eye level",
    "close-up of the heart of the scene, 85mm lens, soft background",
    "low angle, 35mm lens, strong foreground",
    "detail shot, 100mm macro lens",
    "high angle looking down, 28mm lens",
    "long shot from behind, 35mm lens, open space ahead",
)
_MOVES: Final = (
    "slow dolly forward",
    "gentle pan to the right",
    "the camera rises and tilts down",
    "handheld, following closely",
    "a slow orbit to the left",
    "locked-off camera, only light and air move",
    "the camera pulls back and lets go",
)
_BEATS: Final = (
    "the beginning",
    "something stirs",
    "on the way",
    "closer",
    "the turn",
    "what it costs",
    "the answer",
    "afterwards",
)
_AIR: Final = ("air drifts through the frame", "light moves across it", "everything breathes slowly", "dust and light")
_OF_A_FILM: Final = re.compile(
    r"^(?:an?|the|my|our)?\s*(?:\w+\s+){0,2}?(?:film|movie|video|clip|trailer|storyboard|animation)\s+"
    r"(?:about|of|on|where|in which|showing)\s+",
    re.IGNORECASE,
)
_MOST_THEME, _MOST_STYLE = 220, 120


def storyboard(
    prompt: str, *, scenes: int, style: str = "", names: Sequence[str] = (), seed: int = 0
) -> StoryboardValue:
    """So many scenes about what the prompt says. Names stay as they are, and everyone is in some scene."""
    rng = chance("storyboard", prompt, scenes, style, *names, seed)
    theme = _cut(_OF_A_FILM.sub("", theme_of(prompt, ())), _MOST_THEME)
    reading, look = read(f"{theme} {style}"), _cut(style.strip(" .,"), _MOST_STYLE)
    frames = _frames(int(rng.integers(len(_FRAMES))), scenes + 1)
    hours = _hours(reading, scenes + 1)
    seen = [_cast(names, index, scenes) for index in range(scenes)]
    looks = [_keyframe(theme, (seen[min(i, scenes - 1)], frames[i], hours[i], look)) for i in range(scenes + 1)]
    first = int(rng.integers(len(_MOVES)))
    made = [
        Scene(
            title=capital(_BEATS[_spread(index, scenes, len(_BEATS))]),
            start=looks[index],
            end=looks[index + 1],
            motion=_motion(theme, _MOVES[(first + index) % len(_MOVES)], _AIR[(first + index) % len(_AIR)]),
            transition="cut" if index % 3 == 2 else "crossfade",  # noqa: PLR2004  every third
            characters=tuple(seen[index]),
        )
        for index in range(scenes)
    ]
    return StoryboardValue(title=_title(theme), style=style[:MAX_STYLE], scenes=tuple(made))


def _frames(first: int, count: int) -> list[str]:
    """Wide at the beginning and at the end; what lies between goes round."""
    inner = [one for one in _FRAMES if one is not _FRAMES[0]]
    between = [inner[(first + index) % len(inner)] for index in range(max(0, count - 2))]
    return [_FRAMES[0], *between, _FRAMES[-1]][:count]


def _hours(reading: Reading, count: int) -> list[str]:
    """The day goes by, unless the words have settled what hour it is."""
    if reading.lights:
        return [""] * count
    return [_HOURS[_spread(index, count, len(_HOURS))] for index in range(count)]


def _spread(index: int, count: int, places: int) -> int:
    return round(index * (places - 1) / max(1, count - 1))


def _cast(names: Sequence[str], index: int, scenes: int) -> list[str]:
    """All of them at the beginning and the end, one after the other between."""
    if index in {0, scenes - 1} or len(names) < 2:  # noqa: PLR2004  nobody to take turns with
        return list(names)
    return [names[index % len(names)]]


def _keyframe(theme: str, more: tuple[Sequence[str], str, str, str]) -> str:
    names, frame, hour, look = more
    with_names = [name for name in names if name not in theme]
    who = f"{' and '.join(with_names)}: " if with_names else ""
    return _cut(", ".join(part for part in (f"{who}{theme}", frame, hour, look) if part), MAX_SCENE_TEXT)


def _motion(theme: str, move: str, air: str) -> str:
    return _cut(f"{capital(move)}: {spoken_in(theme)}; {air}", MAX_SCENE_TEXT)


def _title(theme: str) -> str:
    return capital(" ".join(theme.split()[:8]).strip(" ,;:"))[:200]


def _cut(text: str, most: int) -> str:
    """At a word."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
