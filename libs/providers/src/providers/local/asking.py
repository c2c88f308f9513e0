"""What a request for text asks for: a shape, a count, and what it should be about."""

import re
from collections.abc import Sequence
from typing import Final

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
    r"(?:\s+(?:of|about|for|on))?\s+"
    r"|^\s*(?:poems?|haikus?|stor(?:y|ies)|titles?|names?|captions?|prompts?|ideas?)\s+(?:of|about|for|on)\s+",
    re.IGNORECASE,
)
"""The same without a verb: "five titles for …"."""
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_POINTING: Final = frozenset(
    ("", "this", "it", "that", "the picture", "the image", "this picture", "this image", "the text", "this text")
)
"""Words that name nothing themselves: what is meant is the context."""
_ARTICLES: Final = frozenset(
    ("a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "our", "their")
)
_MOST: Final = 20
"""Larger numbers in a request are a year or a size, not a count."""
_CLOSING: Final = "\"')]\u201d\u2019\u00bb"
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


def shape_of(prompt: str) -> str:
    words = re.findall(r"[a-z]+", prompt.lower())
    return next((shape for shape, keys in _SHAPES if any(word in keys for word in words[:14])), "passage")


def theme_of(prompt: str, context: Sequence[str]) -> str:
    spoken = prompt.strip()
    theme = _COUNTED.sub("", _LEAD.sub("", spoken + " ", count=1), count=1).strip(" .:!?\n")
    if theme.lower() in _POINTING:
        told = next((text for text in context if text.strip()), "")
        theme = first_sentence(told).strip(" .") or "an open page"
    return " ".join(theme.split())


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+", " ".join(text.split()), maxsplit=1)[0]


def count_of(prompt: str, otherwise: int) -> int:
    for word in re.findall(r"[a-z]+|\d+", prompt.lower()):
        if word in _NUMBERS:
            return _NUMBERS[word]
        if word.isdigit() and 0 < int(word) <= _MOST:
            return int(word)
    return otherwise


def spoken_in(theme: str) -> str:
    """The theme within a sentence: its article is small, its names stay as they are."""
    first, _, rest = theme.partition(" ")
    return f"{first.lower()} {rest}" if rest and first.lower() in _ARTICLES else theme


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital and an end, whatever it had; closing quotes and brackets may follow the end."""
    text = text.strip().rstrip(",;:\u2013\u2014 ")
    return capital(text) + ("" if not text or text.rstrip(_CLOSING).endswith((".", "!", "?", "…")) else ".")
