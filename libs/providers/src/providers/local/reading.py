"""What a prompt asks for, in the painter's own words."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from providers.local import lexicon
from providers.local.chance import chance

_WORD: Final = re.compile(r"[a-z0-9']+(?:-[a-z0-9']+)*")
_NEGATIONS: Final = frozenset({"no", "without", "not", "never", "avoid", "except"})


@dataclass(frozen=True)
class Reading:
    """Everything here was said by the prompt; what was left unsaid is chosen by the scene."""

    words: tuple[str, ...]
    subjects: tuple[str, ...]
    lights: tuple[str, ...]
    weather: frozenset[str]
    styles: tuple[str, ...]
    framing: frozenset[str]
    moods: frozenset[str]
    palette: tuple[str, ...]
    """Colour words for the whole picture."""
    dyed: Mapping[str, str]
    """Subject to the colour word standing before it: a red boat."""

    @property
    def known(self) -> bool:
        return bool(self.subjects or self.lights or self.weather or self.palette)


def _index(table: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, synonyms in table.items():
        for word in synonyms.split():
            found.setdefault(word, []).append(name)
    return found


_SUBJECTS: Final = _index(lexicon.SUBJECTS)
_LIGHTS: Final = _index(lexicon.LIGHTS)
_WEATHER: Final = _index(lexicon.WEATHER)
_STYLES: Final = _index(lexicon.STYLES)
_FRAMING: Final = _index(lexicon.FRAMING)
_MOODS: Final = _index(lexicon.MOODS)


def words_of(text: str) -> list[str]:
    """Lower-case words, known phrases folded into one word each."""
    text = " ".join(text.lower().replace("\u2019", "'").split())
    for phrase, word in lexicon.PHRASES.items():
        if phrase in text:
            text = re.sub(rf"\b{re.escape(phrase)}\b", word, text)
    return _WORD.findall(text)


def _refused(words: list[str], negative_prompt: str) -> set[str]:
    refused = set(words_of(negative_prompt))
    for before, word in itertools.pairwise(words):
        if before in _NEGATIONS:
            refused.add(word)
    return refused


def _hits(table: Mapping[str, list[str]], words: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in words:
        for part in (word, word.replace("-", "")):
            for name in table.get(part, ()):
                found.setdefault(name)
    return tuple(found)


def _colors(words: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    palette: dict[str, None] = {}
    dyed: dict[str, str] = {}
    for place, word in enumerate(words):
        if word not in lexicon.COLORS:
            continue
        owners = [name for after in words[place + 1 : place + 3] for name in _SUBJECTS.get(after, ())]
        if owners and word != "golden":
            dyed.setdefault(owners[0], word)
        else:
            palette.setdefault(word)
    return tuple(palette), dyed


def read(prompt: str, negative_prompt: str = "") -> Reading:
    spoken = words_of(prompt)
    refused = _refused(spoken, negative_prompt)
    words: list[str] = []
    for word in spoken:
        words += [word] if "-" not in word else [word, *word.split("-")]
    words = [word for word in words if word not in refused]
    palette, dyed = _colors(words)
    return Reading(
        words=tuple(words),
        subjects=_hits(_SUBJECTS, words),
        lights=_hits(_LIGHTS, words),
        weather=frozenset(_hits(_WEATHER, words)),
        styles=_hits(_STYLES, words),
        framing=frozenset(_hits(_FRAMING, words)),
        moods=frozenset(_hits(_MOODS, words)),
        palette=palette,
        dyed=dyed,
    )


_DREAMS: Final = (
    ("mountain", "lake"), ("sea", "boat"), ("hills", "tree"), ("desert", "moon"), ("forest", "deer"),
    ("space", "planet"), ("island", "palm"), ("mountain", "house"), ("field", "windmill"), ("city",),
)  # fmt: skip


def dream(prompt: str, seed: int) -> tuple[str, ...]:
    """A subject for a prompt in which the painter knows no word."""
    return _DREAMS[int(chance("dream", prompt, seed).integers(len(_DREAMS)))]
