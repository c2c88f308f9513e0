# ruff: noqa: PLR2004 - thresholds of what is said about a picture, each beside its words
"""Text from templates. It knows no more than the words it was given, and does not pretend to."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from providers.local.chance import chance
from providers.local.enhance import enhance
from providers.local.reading import Reading, read

_LEAD: Final = re.compile(
    r"^\s*(?:please\s+)?(?:can you\s+|could you\s+)?"
    r"(?:write|compose|create|make|give|suggest|invent|tell|generate|draft|list|describe|summari[sz]e"
    r"|rewrite|improve|come up with)\b"
    r"(?:\s+(?:me|us))?(?:\s+(?:a|an|the|some|one|two|three|four|five|six|seven|eight|nine|ten|\d+))?"
    r"(?:\s+(?:short|long|brief|vivid|good|catchy|new|better|simple|detailed|single|image|visual))*"
    r"(?:\s+(?:poems?|haikus?|stor(?:y|ies)|tales?|titles?|names?|headlines?|taglines?|slogans?|captions?|prompts?|lists?"
    r"|ideas?|sentences?|paragraphs?|descriptions?|moods?|summar(?:y|ies)|text|texts|lines?|words))?"
    r"(?:\s*(?:of|about|for|on|from|with|describing|that|to|:))?\s+",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"^\s*(?:an?|the|\d+|two|three|four|five|six|seven|eight|nine|ten)\s+(?:\w+\s+){0,2}?"
    r"(?:poems?|haikus?|stor(?:y|ies)|tales?|titles?|names?|headlines?|taglines?|slogans?|captions?|prompts?|lists?"
    r"|ideas?|summar(?:y|ies))"
    r"(?:\s+(?:of|about|for|on))?\s+",
    re.IGNORECASE,
)
"""The same without a verb: "five titles for …"."""
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_SHAPES: Final = (
    ("haiku", ("haiku",)),
    ("poem", ("poem", "verse", "rhyme")),
    ("title", ("title", "titles", "headline", "tagline", "slogan", "name", "names")),
    ("list", ("list", "ideas", "bullet", "bullets", "steps", "options", "suggestions")),
    ("prompt", ("prompt", "prompts")),
    ("story", ("story", "tale", "narrative", "scene")),
    ("summary", ("summary", "summarize", "summarise", "tldr")),
    ("caption", ("caption", "sentence", "line")),
)
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
    theme = _theme(prompt, context)
    shape = _shape(prompt)
    text = _FORMS[shape](theme, prompt, list(context), rng)
    return _trim(text, max(1, max_words))


def _shape(prompt: str) -> str:
    words = re.findall(r"[a-z]+", prompt.lower())
    return next((shape for shape, keys in _SHAPES if any(word in keys for word in words[:14])), "passage")


def _theme(prompt: str, context: Sequence[str]) -> str:
    spoken = prompt.strip()
    theme = _COUNTED.sub("", _LEAD.sub("", spoken + " ", count=1), count=1).strip(" .:!?\n")
    if theme.lower() in (
        "",
        "this",
        "it",
        "that",
        "the picture",
        "the image",
        "this picture",
        "this image",
        "the text",
    ):
        theme = _first_sentence(context[0]).strip(" .") if context and context[0].strip() else theme or "an open page"
    return " ".join(theme.split())


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+", " ".join(text.split()), maxsplit=1)[0]


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _hour(reading: Reading, rng: np.random.Generator) -> str:
    return _HOURS[reading.lights[0]] if reading.lights else _pick(rng, tuple(_HOURS.values()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _echo(context: Sequence[str]) -> str:
    said = [_first_sentence(text) for text in context if text.strip()]
    return " ".join(said[:3])


def _passage(theme: str, _prompt: str, context: list[str], rng: np.random.Generator) -> str:
    open_ = _pick(rng, ("Picture {t}", "Imagine {t}", "Think of {t}")).format(t=theme)
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
    echo = _echo(context)
    return " ".join(part for part in (f"{open_}.", echo, middle, close) if part)


def _story(theme: str, _prompt: str, context: list[str], rng: np.random.Generator) -> str:
    hour = _hour(read(theme), rng)
    who = _pick(rng, ("Mara", "Old Tomas", "Ines", "the keeper's daughter", "a boy called Niko"))
    start = f"It began with {theme}. {_capital(hour)}, {who} stopped and looked for a long while."
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
    return "\n\n".join(part for part in (start, _echo(context), f"{turn} {act}", end) if part)


def _poem(theme: str, _prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    hour = _hour(read(theme), rng)
    lines = [
        _capital(theme),
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


def _title(theme: str, prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    words = [
        word
        for word in re.findall(r"[\w'-]+", theme)
        if word.lower() not in ("a", "an", "the", "on", "in", "at", "of", "with", "and", "by")
    ]
    head = " ".join(_capital(word) for word in words[:3]) or "Untitled"
    tails = (
        "{h}, Before the Light Goes",
        "The Quiet of {h}",
        "{h}: A Study in Light",
        "What {h} Remembers",
        "Letters from {h}",
        "{h}, Again",
    )
    count = _count(prompt, 1)
    order = rng.permutation(len(tails))
    return "\n".join(tails[int(order[i % len(tails)])].format(h=head) for i in range(min(count, len(tails))))


def _count(prompt: str, otherwise: int) -> int:
    for word in re.findall(r"[a-z]+|\d+", prompt.lower()):
        if word in _NUMBERS:
            return _NUMBERS[word]
        if word.isdigit() and 0 < int(word) <= 20:
            return int(word)
    return otherwise


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
        f"{i + 1}. {_capital(theme)}, {_ANGLES[int(order[i])]}" for i in range(min(_count(prompt, 5), len(_ANGLES)))
    )


def _prompts(theme: str, prompt: str, context: list[str], rng: np.random.Generator) -> str:
    count = _count(prompt, 1)
    seeds = [int(value) for value in rng.integers(0, 2**31, count)]
    return "\n\n".join(enhance(theme, image_description=context[0] if context else "", seed=seed) for seed in seeds)


def _summary(theme: str, _prompt: str, context: list[str], _rng: np.random.Generator) -> str:
    return _echo(context) or _capital(theme) + "."


def _caption(theme: str, _prompt: str, _context: list[str], rng: np.random.Generator) -> str:
    return f"{_capital(theme)}, {_hour(read(theme), rng)}." if not read(theme).lights else f"{_capital(theme)}."


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
