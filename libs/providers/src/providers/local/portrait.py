"""Pictures set into a scene, as framed prints: the local engine cannot paint likenesses, so it shows what it was given.

Nothing of a picture is blurred, turned or covered, so that a face in it stays the face it is.
"""

import math
from collections.abc import Sequence
from itertools import islice
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from providers.local.flatten import flatten

_WHY: Final = "set into the scene: the local engine cannot paint likenesses."
MOST: Final = 8
"""Pictures: more would be too small to tell who is in them, and are left out."""
_ROOM: Final = (0.9, 0.86)
"""Of the scene's width and height, for all the prints with their frames."""
_ASIDE: Final = 0.78
"""Where in the width that is left over the prints stand: 0 at the left, 1 at the right."""
_NARROWEST: Final = 0.55
"""Width by height of a print, and the other way round: what is longer is cut, above less than below."""
_ABOVE: Final = 0.3
_MAT: Final = 0.03
"""Of a print's cell: the paper around the picture."""
_PAPER, _EDGE, _SHADE = (246, 243, 236), (58, 50, 44), (8, 8, 14)
_SHADE_STRENGTH: Final = 120

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


def set_in(scene: Image.Image, pictures: Sequence[Image.Image]) -> Image.Image:
    """The scene with the pictures in it, large and whole. Without pictures the scene as it is."""
    if not pictures:
        return scene
    canvas = flatten(scene).copy()
    prints = layer(canvas.size, pictures)
    canvas.paste(prints, mask=prints.getchannel("A"))
    return canvas


def layer(scene: tuple[int, int], pictures: Sequence[Image.Image]) -> Image.Image:
    """The pictures as they hang in a scene of that size, and nothing else: RGBA."""
    canvas = Image.new("RGBA", scene, (*_SHADE, 0))
    prints = [_upright(picture) for picture in islice(pictures, MOST)]
    for box, picture in zip(places(scene, [one.size for one in prints]), prints, strict=True):
        _hang(canvas, box, picture)
    return canvas


def note(owners: Sequence[str]) -> str:
    """Say so to the person. `owners`: whose pictures they are, each once; an empty name is a reference's."""
    names = [f"{name}'s picture" if name else "the reference picture" for name in owners]
    told = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    return f"{told[:1].upper()}{told[1:]} {'were' if names[1:] else 'was'} {_WHY}"


def places(scene: tuple[int, int], pictures: Sequence[tuple[int, int]]) -> list[Box]:
    """Where pictures of these sizes come to stand in a scene of that size, their frames included."""
    columns = max(range(1, len(pictures) + 1), key=lambda many: _least(scene, pictures, many), default=1)
    rows = math.ceil(len(pictures) / columns)
    cells = [_cell(scene, size, columns, rows) for size in pictures]
    deep = max((height for _, height in cells), default=0)
    boxes: list[Box] = []
    for row in range(rows):
        line = cells[row * columns : (row + 1) * columns]
        left = round((scene[0] - sum(width for width, _ in line)) * _ASIDE)
        bottom = scene[1] // 2 - rows * deep // 2 + (row + 1) * deep
        for width, height in line:
            boxes.append((left, bottom - height, left + width, bottom))
            left += width
    return boxes


def _least(scene: tuple[int, int], pictures: Sequence[tuple[int, int]], columns: int) -> int:
    rows = math.ceil(len(pictures) / columns)
    return min(width * height for width, height in (_cell(scene, size, columns, rows) for size in pictures))


def _cell(scene: tuple[int, int], picture: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    shape = min(1 / _NARROWEST, max(_NARROWEST, picture[0] / picture[1]))
    room = scene[0] * _ROOM[0] / columns, scene[1] * _ROOM[1] / rows
    width = min(room[0], room[1] * shape)
    return max(8, int(width)), max(8, int(width / shape))


def _upright(picture: Image.Image) -> Image.Image:
    return flatten(ImageOps.exif_transpose(picture))


def _hang(canvas: Image.Image, box: Box, picture: Image.Image) -> None:
    left, top, right, bottom = box
    mat = max(2, round(min(right - left, bottom - top) * _MAT))
    paper = (left + mat // 2, top + mat // 2, right - mat // 2, bottom - mat // 2)
    shade = Image.new("RGBA", canvas.size, (*_SHADE, 0))
    ImageDraw.Draw(shade).rectangle([edge + mat // 3 for edge in paper], fill=(*_SHADE, _SHADE_STRENGTH))
    canvas.alpha_composite(shade.filter(ImageFilter.GaussianBlur(mat / 2)))
    ImageDraw.Draw(canvas).rectangle(paper, fill=_PAPER, outline=_EDGE, width=max(1, mat // 6))
    inner = max(2, paper[2] - paper[0] - 2 * mat), max(2, paper[3] - paper[1] - 2 * mat)
    shown = ImageOps.fit(picture, inner, Image.Resampling.LANCZOS, centering=(0.5, _ABOVE))
    canvas.paste(shown, (paper[0] + mat, paper[1] + mat))
