"""Characters in the pictures of this machine: their own pictures are set in, because no likeness is painted."""

from collections.abc import Callable, Sequence

from PIL import Image

from providers.cast import called
from providers.interface import Character, Media, Request
from providers.local import portrait

PAINTING = frozenset({"text_to_image", "image_to_image"})


def notes(request: Request) -> list[str]:
    """For the person: who was set in, and of whom there is nothing to set in."""
    if request.operation not in PAINTING or not request.characters:
        return []
    shown = _shown(request.characters)
    said = [portrait.note([one.name or "the character" for one in shown])] if shown else []
    unseen = [one for one in request.characters if not one.pictures]
    said += [f"There is no picture of {called(one)}, so nobody was set in for it." for one in unseen]
    if left := [called(one) for one in request.characters if one.pictures][len(shown) :]:
        said.append(f"There was no room for {', '.join(left)}: at most {portrait.MOST} are set in.")
    return said


def with_prints(scene: Image.Image, request: Request, opened: Callable[[Media], Image.Image]) -> Image.Image:
    """The scene, with the best picture of each character in it."""
    return portrait.set_in(scene, [opened(one.pictures[0]) for one in _shown(request.characters)])


def _shown(characters: Sequence[Character]) -> list[Character]:
    return [one for one in characters if one.pictures][: portrait.MOST]
