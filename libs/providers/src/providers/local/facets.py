"""A picture in triangles whose corners sit on its edges, so that shapes keep their outline."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from providers.local.color import to_lab
from providers.local.noise import Grid, soften
from providers.local.planes import image_of, planes_of

_WITHIN: Final = np.array(
    [[1 / 3, 1 / 3, 1 / 3], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6], [0.44, 0.44, 0.12], [0.44, 0.12, 0.44],
     [0.12, 0.44, 0.44]], dtype=np.float32,
)  # fmt: skip
"""Where a triangle is looked at to find its colour, as shares of its corners."""
_SPLITS: Final = (((0, 1, 2), (0, 2, 3)), ((0, 1, 3), (1, 2, 3)))
"""The two ways to cut a four-sided cell."""
_EDGE: Final = 0.012


def lowpoly(planes: Grid, rng: np.random.Generator) -> Grid:
    _, height, width = planes.shape
    cell = max(5, min(height, width) // 46)
    spots = _spots(planes, cell, rng)
    quads = np.stack([spots[:-1, :-1], spots[:-1, 1:], spots[1:, 1:], spots[1:, :-1]], axis=2)
    data = np.asarray(image_of(planes).filter(ImageFilter.GaussianBlur(cell / 8)), dtype=np.float32)
    ways = [[_seen(data, quads[:, :, half]) for half in split] for split in _SPLITS]
    # The cut that leaves each half of one colour follows the edge through the cell.
    spreads = [first[1] + other[1] for first, other in ways]
    second = np.asarray(spreads[1] < spreads[0])
    sheet = Image.new("RGB", (width * 2, height * 2))
    pen = ImageDraw.Draw(sheet)
    tilts = rng.uniform(0.955, 1.045, (*second.shape, 2))
    for r, c in np.ndindex(*second.shape):
        way = int(second[r, c])
        for part, half in enumerate(_SPLITS[way]):
            color = np.clip(ways[way][part][0][r, c] * tilts[r, c, part], 0, 255).astype(int).tolist()
            pen.polygon([(x * 2, y * 2) for x, y in quads[r, c, half].tolist()], fill=tuple(color))
    return planes_of(sheet.reduce(2))


def _spots(planes: Grid, cell: int, rng: np.random.Generator) -> Grid:
    """A corner for each cell, (rows, columns, xy): on its strongest edge, or anywhere in it. One cell of margin."""
    _, height, width = planes.shape
    rows, columns = -(-height // cell) + 2, -(-width // cell) + 2
    lab = np.stack([soften(plane, max(1, cell / 9)) for plane in to_lab(planes)])
    slopes = np.gradient(lab, axis=(1, 2))
    size = np.sqrt((slopes[0] ** 2 + slopes[1] ** 2).sum(axis=0))
    wide = np.zeros((rows * cell, columns * cell), dtype=np.float32)
    wide[cell : cell + height, cell : cell + width] = size
    blocks = wide.reshape(rows, cell, columns, cell).transpose(0, 2, 1, 3).reshape(rows, columns, cell * cell)
    best = blocks.argmax(axis=2)
    edge = blocks.max(axis=2) > _EDGE * 12 / cell
    free = rng.uniform(0.14, 0.86, (rows, columns, 2)) * cell
    inside = np.where(edge[..., None], np.stack([best % cell, best // cell], axis=2) + 0.5, free)
    corner = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=2) * cell - cell
    return np.asarray(corner + inside, dtype=np.float32)


def _seen(data: Grid, triangles: Grid) -> tuple[Grid, Grid]:
    """The mean colour of each triangle (rows, columns, rgb), and how much it varies within."""
    points = np.einsum("kp,rcpd->rckd", _WITHIN, triangles)
    height, width, _ = data.shape
    x = np.clip(points[..., 0], 0, width - 1).astype(np.int32)
    y = np.clip(points[..., 1], 0, height - 1).astype(np.int32)
    colors = data[y, x]
    return colors.mean(axis=2), colors.var(axis=2).sum(axis=2)
