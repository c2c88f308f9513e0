"""Text from templates. It knows no more than the words it was given, and does not pretend to."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from providers.local.asking import capital, count_of, first_sentence, sentence, shape_of, spoken_in, theme_of
from providers.local.chance import chance
from providers.local.enhance import enhance
from providers.local.reading import Reading, read

_HOURS: Final = {
    "sunset": "as the sun goes down",
    "sunrise": "as the sun comes up",
    "dawn": "in the first grey of dawn",
    "golden": "in the last gold of the day",
    "day": "in the clear light of noon",
    "dusk": "in the blue of dusk",
    "night": "deep in the night",
    "storm": "under a coming storm",
    "overcast": "under low clouds",
    "fog": "in the fog",
    "neon": "under neon",
    "aurora": "under the northern lights",
    "moonlight": "by moonlight",
}


def write(prompt: str, *, context: Sequence[str] = (), seed: int, max_words: int = 200) -> str:
    """Text in the shape that was asked for (story, poem, title, list, prompt, caption ...), from the words given."""
    rng = chance("write", prompt, seed, *context)
    theme = theme_of(prompt, context)
    shape = shape_of(prompt)
    text = _FORMS[shape](theme, prompt, list(context), rng)
    return _trim(text, max(1, max_words))


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _hour(reading: Reading, rng: np.random.Generator) -> str:
    return _HOURS[reading.lights[0]] if reading.lights else _pick(rng, tuple(_HOURS.values()))


def _echo(context: Sequence[str]) -> str:
    """What was given, as sentences, each once."""
    said = dict.fromkeys(sentence(first_sentence(text)) for text in context if text.strip())
    return " ".join(list(said)[:3])


def _rest(theme: str, context: Sequence[str]) -> str:
    """What was given besides the theme, where the theme itself was taken from it."""
    return _echo([text for text in context if not _same(theme, first_sentence(text))])


def _same(theme: str, told: str) -> bool:
    return sentence(theme).lower() == sentence(told).lower()


def _is_told(theme: str, context: Sequence[str]) -> bool:
    """The theme is a sentence of the context, which may be a whole one ("The tower is white")."""
    return any(_same(theme, first_sentence(text)) for text in context)


def _passage(theme: str, prompt: str, context: list[str], rng: np.random.Generator) -> str:
    told = _is_told(theme, context) or prompt.rstrip().endswith("?")
    invitation = _pick(rng, ("Picture this: {t}.", "Imagine {t}.", "Think of {t}."))
    open_ = sentence(theme + "?" * prompt.rstrip().endswith("?")) if told else invitation.format(t=spoken_in(theme))
    middle = _pick(
        rng,
        (
            "The eye goes first to its largest shape, then to the light around it, and last to the small things.",
            "What matters is near; what is far is only colour; between the two lies all that could still happen.",
            "Nothing in it is loud: a few clear shapes, one light, and enough room around them to breathe.",
        ),
    )
    close = _pick(
        rng,
        (
            "It could be the beginning of something.",
            "It asks for a second look.",
            "It would be a pity to hurry past it.",
        ),
    )
    return " ".join(part for part in (open_, _rest(theme, context), middle, close) if part)


def _story(theme: str, _prompt: str, context: list[str], rng: np.random.Generator) -> str:
    hour = _hour(read(theme), rng)
    who = _pick(rng, ("Mara", "Old Tomas", "Ines", "the keeper's daughter", "a boy called Niko"))
    opening = sentence(theme) if _is_told(theme, context) else f"It began with {spoken_in(theme)}."
    start = f"{opening} {capital(hour)}, {who} stopped and looked for a long while."
    turn = _pick(
        rng,
        (
            "Something was different from yesterday: a small light, where no light had ever been.",
            "There were footprints, and they led only one way.",
            "Then the wind turned, and brought a sound that did not belong there.",
        ),
    )
    act = _pick(
        rng,
        (
            "There was time to go back. Nobody went back.",
            "It would have been wise to wait. It was not a night for being wise.",
            "One step, then another; the rest was easy.",
        ),
    )
    end = _pick(
        rng,
        (
            "By morning everything looked the same, and nothing was.",
            "What was found there is still kept, in a tin box, under the stairs.",
            "And that is why the lamp is lit every evening, even now.",
        ),
    )
    return "\n\n".join(part for part in (start, _rest(theme, context), f"{turn} {act}", end) if part)


def _poem(theme: str, _prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    hour = _hour(read(theme), rng)
    lines = [
        capital(theme) + ",",
        hour + ",",
        _pick(
            rng,
            (
                "a line of light along the edge of things,",
                "the far hills giving up their names,",
                "one bird going home across the whole sky,",
            ),
        ),
    ]
    lines += [
        _pick(
            rng,
            (
                "and no one to say what it means;",
                "and the quiet that comes before words;",
                "and a window somewhere, lit;",
            ),
        ),
        _pick(rng, ("stay a little.", "this is enough.", "look once more.")),
    ]
    return "\n".join(lines)


def _haiku(theme: str, _prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    first = _pick(rng, ("Evening settles", "Morning without sound", "Light along the edge"))
    return f"{first}\n{theme}\n{_pick(rng, ('nobody says it', 'and then the silence', 'one bird flying home'))}"


_SMALL: Final = frozenset(("a", "an", "the", "on", "in", "at", "of", "with", "and", "by", "to", "for", "from"))
_LONGEST_TITLE: Final = 4
"""Words of a theme that are kept as they stand; of a longer one, the first that mean something."""


def _title(theme: str, prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    words = re.findall(r"[\w'-]+", theme)
    article = "the " if len(words) > 1 and words[0].lower() in ("a", "an", "the") else ""
    words = words[1:] if article else words
    if len(words) > _LONGEST_TITLE:
        words = [word for word in words if word.lower() not in _SMALL][:3]
    named = (word if at and word.lower() in _SMALL else capital(word) for at, word in enumerate(words))
    head = " ".join(named) or "Untitled"
    tails = (
        "{h}, Before the Light Goes",
        "The Quiet of {a}{h}",
        "{h}: A Study in Light",
        "What {a}{h} Remembers",
        "Letters from {a}{h}",
        "{h}, Again",
    )
    count = count_of(prompt, 1)
    order = rng.permutation(len(tails))
    kinds = [tails[int(at)] for at in order[:count]]
    return "\n".join(kind.format(h=head, a=article) for kind in kinds)


_ANGLES: Final = (
    "seen from far away, small under a wide sky",
    "so close that only texture and light remain",
    "at the opposite hour of the day",
    "in the weather nobody goes out in",
    "reflected in still water",
    "from above, as a pattern",
    "as its own silhouette against the light",
    "with one living thing that gives the scale",
    "a hundred years earlier",
    "in only two colours",
    "through a window, from a warm room",
    "after everyone has left",
    "in the first snow",
    "as a paper model on a table",
    "at the moment before something moves",
    "through fog, with one clear edge",
    "as a night scene with a single lamp",
    "framed by leaves in the foreground",
    "in the flat light of noon, honest and plain",
    "as the last picture on the roll",
)


def _list(theme: str, prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    order = rng.permutation(len(_ANGLES))
    return "\n".join(
        f"{i + 1}. {capital(theme)}, {_ANGLES[int(order[i])]}" for i in range(min(count_of(prompt, 5), len(_ANGLES)))
    )


def _prompts(theme: str, prompt: str, context: list[str], rng: np.random.Generator) -> str:
    count = count_of(prompt, 1)
    seeds = [int(value) for value in rng.integers(0, 2**31, count)]
    return "\n\n".join(enhance(theme, image_description=context[0] if context else "", seed=seed) for seed in seeds)


def _summary(theme: str, _prompt: str, context: list[str], _rng: np.random.Generator) -> str:
    return _echo(context) or sentence(theme)


def _caption(theme: str, _prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    return f"{capital(theme)}, {_hour(read(theme), rng)}." if not read(theme).lights else f"{capital(theme)}."


def _trim(text: str, max_words: int) -> str:
    """Cut to a number of words, at the end of a sentence where there is one."""
    pieces = re.findall(r"\s*\S+", text)
    if len(pieces) <= max_words:
        return text.strip()
    cut = "".join(pieces[:max_words]).strip()
    stop = max(cut.rfind(mark) for mark in (".", "!", "?"))
    return cut[: stop + 1] if stop > len(cut) // 2 else cut.rstrip(",;:") + "…"


_FORMS: Final[dict[str, Callable[[str, str, list[str], np.random.Generator], str]]] = {
    "passage": _passage,
    "story": _story,
    "poem": _poem,
    "haiku": _haiku,
    "title": _title,
    "list": _list,
    "prompt": _prompts,
    "summary": _summary,
    "caption": _caption,
}
