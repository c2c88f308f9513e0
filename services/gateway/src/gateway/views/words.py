"""Words of names, tags and prompts, as they are searched: without accents, capitals and punctuation."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 64
"""Characters of a word that count."""
MOST = 2_000
"""Words of one asset that can be found."""


def words(text: str) -> list[str]:
    """Each once, in order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return list(dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(plain)))[:MOST]


def words_of(*texts: str) -> str:
    return " ".join(words(" ".join(texts)))


def asked(text: str) -> str:
    """The query for what has all of these words, or words that begin so; nothing if there is no word in it."""
    return " & ".join(f"'{word}':*" for word in words(text)[:20])
