"""The painting surface: three float planes, and strokes that blend into them."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from providers.local.noise import Grid


@dataclass
class Canvas:
    width: int
    height: int
    rgb: Grid = field(init=False)
    """Planes (3, height, width), sRGB 0..1 (planes, because broadcasting a mask over them is fast)."""

    def __post_init__(self) -> None:
        self.rgb = np.zeros((3, self.height, self.width), dtype=np.float32)

    @property
    def unit(self) -> int:
        """Pixels of the shorter side: what sizes are measured in."""
        return min(self.width, self.height)

    @property
    def x(self) -> Grid:
        """Row of pixel centres, in pixels."""
        return np.arange(self.width, dtype=np.float32)[None, :] + 0.5

    def rows(self, top: int, bottom: int) -> Grid:
        """Column of pixel centres between two rows, in pixels."""
        return np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5

    def wash(self, color: Grid, alpha: Grid | float, top: int = 0, bottom: int | None = None) -> None:
        """Blend a colour (3,) or planes (3, rows, columns) over some rows."""
        region = self.rgb[:, top : self.height if bottom is None else bottom]
        paint = color[:, None, None] if color.ndim == 1 else color
        region += (paint - region) * np.asarray(alpha, dtype=np.float32)

    def shine(self, color: Grid, amount: Grid, top: int = 0, bottom: int | None = None) -> None:
        """Add light (the screen blend, which never overflows)."""
        region = self.rgb[:, top : self.height if bottom is None else bottom]
        region += (1 - region) * np.clip(color[:, None, None] * amount, 0, 1).astype(np.float32)

    def glow(self, at: tuple[float, float], radius: float, color: Grid, strength: float) -> None:
        """A round glow, in pixels, touching only the square that it lights."""
        x, y = at
        reach = radius * 3
        left, right = max(0, int(x - reach)), min(self.width, int(x + reach) + 1)
        top, bottom = max(0, int(y - reach)), min(self.height, int(y + reach) + 1)
        if left >= right or top >= bottom:
            return
        dx = (np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - x) / radius
        dy = (np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - y) / radius
        distance = dx * dx + dy * dy
        fall = np.maximum(np.exp(-distance * 1.1) - np.exp(-9.9), 0) * strength
        region = self.rgb[:, top:bottom, left:right]
        region += (1 - region) * np.clip(color[:, None, None] * fall, 0, 1).astype(np.float32)

    def stamp(self, sprite: Image.Image, left: int, top: int, opacity: float = 1.0) -> None:
        """Lay a premultiplied (RGBa) picture on the canvas; what hangs over the border is cut."""
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(self.width, left + sprite.width), min(self.height, top + sprite.height)
        if x0 >= x1 or y0 >= y1:
            return
        data = np.asarray(sprite, dtype=np.float32)[y0 - top : y1 - top, x0 - left : x1 - left].transpose(2, 0, 1) / 255
        region = self.rgb[:, y0:y1, x0:x1]
        region *= 1 - data[3] * opacity
        region += data[:3] * opacity

    def image(self) -> Image.Image:
        eight = (np.clip(self.rgb, 0, 1) * 255 + 0.5).astype(np.uint8)
        return Image.fromarray(np.ascontiguousarray(eight.transpose(1, 2, 0)))
