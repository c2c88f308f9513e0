"""What of a prompt must stay word for word: quoted phrases, and names."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_QUOTED: Final = re.compile('"([^"\n]{1,300})"|“([^“”\n]{1,300})”|«([^«»\n]{1,300})»|„([^„“”\n]{1,300})[“”]')
_SENTENCE: Final = re.compile(r"(?<=[.!?…:;])\s+|\n+")
_WORD: Final = re.compile(r"[^\W_][\w'\u2019.-]*[^\W_]|[^\W_]")
_NO_NAMES: Final = frozenset({"I", "I'm", "I\u2019m", "I'd", "I\u2019d", "OK"})
_MOST_NAMES: Final = 24
_SHOUTING: Final = 0.8


def precious(text: str, people: Sequence[str] = ()) -> tuple[str, ...]:
    """Quoted phrases with their quotes, names of people, and capitalised names within sentences; once each."""
    quoted = [match[0] for match in _QUOTED.finditer(text)]
    rest = _QUOTED.sub(" , ", text)
    return tuple(dict.fromkeys([*quoted, *(one for one in people if one.strip()), *list(_names(rest))[:_MOST_NAMES]]))


def _names(text: str) -> Iterator[str]:
    words = _WORD.findall(text)
    if len(words) > 2 and sum(word[0].isupper() for word in words) > _SHOUTING * len(words):  # noqa: PLR2004  a title
        return
    for sentence in _SENTENCE.split(text):
        found = list(_WORD.finditer(sentence))
        run: list[str] = []
        end = 0
        for place, match in enumerate(found):
            # the first word of a sentence has a capital whatever it is
            name = place > 0 and match[0][0].isupper() and match[0] not in _NO_NAMES
            if run and (not name or sentence[end : match.start()] != " "):
                yield " ".join(run)
                run = []
            if name:
                run.append(match[0])
            end = match.end()
        if run:
            yield " ".join(run)


def lost(wanted: Sequence[str], answer: str) -> tuple[str, ...]:
    """Which of them the answer does not have word for word. Quotes may be others; what they hold may not."""
    return tuple(one for one in wanted if not _has(answer, one))


def _has(answer: str, wanted: str) -> bool:
    if match := _QUOTED.fullmatch(wanted):
        return next(part for part in match.groups() if part) in answer
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", answer) is not None


def restored(answer: str, missing: Sequence[str]) -> str:
    """The answer, and what it lost in one clause at its end."""
    if not missing:
        return answer
    end = "" if answer.rstrip().endswith((".", "!", "?", "…")) else "."
    return f"{answer.rstrip()}{end} Word for word in it: {', '.join(missing)}."
