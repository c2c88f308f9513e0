"""Which pictures go along with a request for a picture, and how the prompt says who is in them. No IO."""

from collections.abc import Sequence
from dataclasses import dataclass

from providers.cast import Chosen, best, called
from providers.cast import left_out as told_of
from providers.interface import Media, Request

MAX_INLINE_BYTES = 20_000_000
"""Of pictures in one request, as base64."""
READABLE = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})
_REFERENCES = 3
"""Where the model's limit is not known."""


@dataclass(frozen=True)
class Pictures:
    """In the order in which they are sent."""

    given: tuple[Media, ...] = ()
    """Connected as they are: the one to be changed, then references."""
    cast: tuple[Chosen, ...] = ()

    @property
    def all(self) -> tuple[Media, ...]:
        return (*self.given, *(picture for _, picture in self.cast))


def pictures_of(request: Request) -> Pictures:
    """What was connected, and the best pictures of its characters as far as there is room for them."""
    references = request.media.get("reference", ())
    given = (*request.media.get("image", ())[:1], *references)
    room = request.model.max_inputs.get("reference", _REFERENCES) - len(references)
    return Pictures(given, tuple(fitting(best(request.characters, room), MAX_INLINE_BYTES - inline(given))))


def fitting(ranked: Sequence[Chosen], most: int) -> list[Chosen]:
    """Those that Google can read, and that are not too large together."""
    kept: list[Chosen] = []
    for who, picture in ranked:
        size = inline([picture])
        if picture.mime in READABLE and size <= most:
            most -= size
            kept.append((who, picture))
    return kept


def inline(pictures: Sequence[Media]) -> int:
    """Bytes of them in a request: base64 takes four for three."""
    return sum(len(one.data) for one in pictures) * 4 // 3


def who(request: Request, pictures: Pictures) -> list[str]:
    """Sentences for the prompt: which pictures show whom, and who they are."""
    said = []
    for one in request.characters:
        numbers = [n for n, (shown, _) in enumerate(pictures.cast, len(pictures.given) + 1) if shown is one]
        described = f" {called(one)}: {one.description}".rstrip(" .") + "." if one.description else ""
        if numbers:
            name = called(one)
            verb = f"Picture {numbers[0]} shows" if len(numbers) == 1 else f"Pictures {_listed(numbers)} show"
            said.append(f"{verb} {name}. Keep the face and the likeness of {name} exactly.{described}")
        else:
            said.append(described.strip() or f"It shows {called(one)}.")
    return said


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def left_out(request: Request, pictures: Pictures) -> list[str]:
    most = request.model.max_inputs.get("reference", _REFERENCES)
    megabytes = MAX_INLINE_BYTES // 1_000_000
    why = f"{request.model.title} takes {most} reference pictures, in all {megabytes} MB of PNG, JPEG, WebP or HEIC."
    return told_of(request.characters, pictures.cast, why)
