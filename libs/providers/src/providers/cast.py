"""Which pictures of characters go along with a request that has room for only so many. Pure."""

from collections.abc import Sequence

from providers.interface import Character, Media

Chosen = tuple[Character, Media]


def best(characters: Sequence[Character], room: int) -> list[Chosen]:
    """The best picture of each, then the second best of each, and so on, as long as there is room."""
    most = max((len(one.pictures) for one in characters), default=0)
    ranked = [(one, one.pictures[n]) for n in range(most) for one in characters if n < len(one.pictures)]
    return ranked[: max(0, room)]


def left_out(characters: Sequence[Character], taken: Sequence[Chosen], why: str) -> list[str]:
    """Notes for the person: of whom not all pictures went along. `why` is the end of the sentence."""
    notes = []
    for one in characters:
        missing = len(one.pictures) - sum(who is one for who, _ in taken)
        if missing:
            some = f"{missing} of {len(one.pictures)}" if missing < len(one.pictures) else f"All {missing}"
            notes.append(f"{some} pictures of {called(one)} were left out: {why}")
        elif not one.pictures:
            notes.append(f"{called(one)} has no picture, so only name and description were said in the prompt.")
    return notes


def called(one: Character) -> str:
    return one.name or "the character"
