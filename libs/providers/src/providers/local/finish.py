"""What is done to a finished picture: bloom, grade, grain, and the hand it seems painted by."""

from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from providers.local.chance import chance
from providers.local.color import rgb_of, to_lab, to_rgb
from providers.local.facets import lowpoly
from providers.local.noise import Grid, enlarge, sample, smoothstep, soften, tile
from providers.local.pen import ink
from providers.local.planes import image_of, luma, planes_of

_ROOMY: Final = 128
"""Sides from which half the resolution is enough to flatten a picture."""


def bloom(planes: Grid, strength: float = 0.35, threshold: float = 0.72) -> Grid:
    """Bright things bleed light, as they do in a lens."""
    _, height, width = planes.shape
    step = max(1, min(height, width) // 128)
    small = np.asarray(image_of(planes).reduce(step), dtype=np.float32).transpose(2, 0, 1) / 255
    bright = small * smoothstep(threshold, 1.0, luma(small))[None]
    halo = np.stack([enlarge(soften(plane, 5), width, height) for plane in bright])
    return np.asarray(planes + (1 - planes) * np.clip(halo * strength, 0, 1))


def grade(planes: Grid, contrast: float = 0.22, saturation: float = 1.06) -> Grid:
    """A gentle S-curve and a little colour."""
    curved = planes + contrast * (planes * planes * (3 - 2 * planes) - planes)
    grey = luma(curved)
    return grey + (curved - grey) * np.float32(saturation)


def split_tone(planes: Grid, shadow_hue: float, light_hue: float, amount: float) -> Grid:
    """Cool shadows under warm lights, or the other way round."""
    grey = luma(planes)
    shadow, light = rgb_of((0.6, 0.12, shadow_hue)) - 0.5, rgb_of((0.75, 0.12, light_hue)) - 0.6
    cool = shadow[:, None, None] * ((1 - grey) ** 2 * amount * 0.5)
    return planes + cool + light[:, None, None] * (grey**2 * amount * 0.5)


def vignette(planes: Grid, strength: float = 0.26) -> Grid:
    _, height, width = planes.shape
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    return planes * (1 - strength * smoothstep(0.55, 1.95, x * x + y * y))


def grain(planes: Grid, rng: np.random.Generator, strength: float = 0.009) -> Grid:
    """Film grain, strongest in the middle tones. One tile is repeated: the eye does not see it."""
    _, height, width = planes.shape
    size = 256
    noise = rng.standard_normal((size, size)).astype(np.float32)
    field = np.tile(noise, (height // size + 1, width // size + 1))[:height, :width]
    return planes + field * (strength * (0.4 + 2.4 * luma(planes) * (1 - luma(planes))))


def dither(planes: Grid, rng: np.random.Generator) -> Grid:
    """Half a step of noise, so that a smooth sky shows no bands."""
    return grain(planes, rng, 0.004)


def watercolor(planes: Grid, rng: np.random.Generator) -> Grid:
    _, height, width = planes.shape
    unit = min(height, width)
    wash = tile(rng, 256, 1.6)
    x = np.arange(width, dtype=np.float32)[None, :] / unit
    y = np.arange(height, dtype=np.float32)[:, None] / unit
    wobble = sample(wash, x * 0.9, y * 0.9)
    other = sample(wash, x * 0.9 + 0.5, y * 0.9 + 0.25)
    push = unit * 0.0045
    columns = np.clip(np.arange(width)[None, :] + wobble * push, 0, width - 1).astype(np.int32)
    rows = np.clip(np.arange(height)[:, None] + other * push, 0, height - 1).astype(np.int32)
    moved = image_of(planes[:, rows, columns])
    half = moved.reduce(2) if unit >= _ROOMY else moved
    flat = half.filter(ImageFilter.ModeFilter(max(3, min(half.size) // 170 | 1))).resize(moved.size)
    soft = planes_of(flat.filter(ImageFilter.GaussianBlur(unit / 420)))
    edge = np.abs(luma(soft) - luma(planes_of(flat.filter(ImageFilter.GaussianBlur(unit / 110)))))
    paper = sample(tile(rng, 256, 0.6), x * 2.2, y * 2.2)
    paint = 1 - (1 - soft) * (0.78 + 0.1 * wobble + 0.05 * other)
    paint = paint - 0.9 * edge * smoothstep(0, 0.2, edge) - 0.012 * paper
    away = np.minimum(np.minimum(x, x[:, ::-1]), np.minimum(y, y[::-1])) + 0.012 * wobble
    return 0.975 + (paint - 0.975) * smoothstep(0.018, 0.042, away)


def _grain_of(planes: Grid, unit: int, rng: np.random.Generator) -> tuple[Grid, Grid]:
    """Which way a brush would go (dx, dy): along the contours near them, in slow curves elsewhere."""
    _, height, width = planes.shape
    gy, gx = np.gradient(soften(luma(planes), unit / 200))
    # Direction has no sign, so what is averaged is its double angle.
    xx = soften(np.asarray(gx * gx - gy * gy), unit / 45)
    xy = soften(np.asarray(2 * gx * gy), unit / 45)
    swirl = tile(rng, 128, 2.6)
    x = np.arange(width, dtype=np.float32)[None, :] / unit
    y = np.arange(height, dtype=np.float32)[:, None] / unit
    turn = sample(swirl, x * 0.35, y * 0.35) * 1.1 + 0.3
    loose = np.float32(4e-6)
    angle = 0.5 * np.arctan2(-xy + loose * np.sin(turn), -xx + loose * np.cos(turn))
    return np.cos(angle), np.sin(angle)


def oil(planes: Grid, rng: np.random.Generator) -> Grid:
    """Strokes: the picture smeared along its own contours, with the relief of thick paint."""
    _, height, width = planes.shape
    unit = min(height, width)
    dx, dy = _grain_of(planes, unit, rng)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    bristle = sample(tile(rng, 256, 0.75), x / unit * 2.4, y / unit * 2.4)
    smear, relief = np.zeros_like(planes), np.zeros_like(planes[0])
    for step in range(-4, 5):
        # The paint is drawn less far than the bristles' marks: shapes stay, strokes are long.
        reach = step * unit / 420
        columns = np.clip(x + dx * reach, 0, width - 1).astype(np.int32)
        rows = np.clip(y + dy * reach, 0, height - 1).astype(np.int32)
        smear += planes[:, rows, columns] / 9
        far = step * unit / 150
        columns = np.clip(x + dx * far, 0, width - 1).astype(np.int32)
        rows = np.clip(y + dy * far, 0, height - 1).astype(np.int32)
        relief += bristle[rows, columns] / 9
    dabs = np.round(smear * 14 + relief * 0.9) / 14
    down, right = np.gradient(relief)
    thick = (down + 0.6 * right) * np.float32(min(1.0, unit / 512))
    return np.asarray(smear * 0.55 + dabs * 0.45 + 0.025 * relief + 0.09 * thick)


def _flattened(planes: Grid, share: int) -> Grid:
    """Without details smaller than the side divided by `share`; at half the resolution, where that is enough."""
    _, height, width = planes.shape
    half = image_of(planes).reduce(2) if min(height, width) >= _ROOMY else image_of(planes)
    flat = half.filter(ImageFilter.MedianFilter(max(3, min(half.size) // share | 1)))
    return planes_of(flat.resize((width, height), Image.Resampling.BICUBIC))


def poster(planes: Grid, rng: np.random.Generator) -> Grid:
    """Few flat inks, as in a screen print."""
    lab = to_lab(_flattened(planes, 110))
    lab[0] = _steps(lab[0], 8)
    lab[1:] = _steps(lab[1:] * 1.14, 22)
    return grain(to_rgb(lab), rng, 0.012)


def _steps(field: Grid, count: int) -> Grid:
    """Rounded to steps whose sides slope a little, so that their borders are not jagged."""
    whole = np.floor(field * count)
    return np.asarray((whole + smoothstep(0.38, 0.62, field * count - whole)) / count)


_BAYER: Final = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.float32) / 16 - 0.47


def pixel(planes: Grid, _rng: np.random.Generator) -> Grid:
    """Large square pixels in 28 colours, shaded by a chequered dither as old games were."""
    _, height, width = planes.shape
    size = max(2, min(height, width) // 128)
    small = image_of(grade(planes, 0.3, 1.2)).resize(
        (max(1, width // size), max(1, height // size)), Image.Resampling.BOX
    )
    crisp = small.filter(ImageFilter.UnsharpMask(0.8, 70, 0))
    palette = crisp.quantize(28, method=Image.Quantize.MEDIANCUT)
    columns, rows = small.size
    weave = np.tile(_BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns]
    dithered = image_of(planes_of(crisp) + weave * np.float32(0.055))
    colors = dithered.quantize(palette=palette, dither=Image.Dither.NONE)
    return planes_of(colors.convert("RGB").resize((width, height), Image.Resampling.NEAREST))


def papercut(planes: Grid, rng: np.random.Generator) -> Grid:
    """Sheets of coloured paper, each throwing a shadow on the one below."""
    unit = min(planes.shape[1:])
    lab = to_lab(_flattened(planes, 64))
    lightness = soften(lab[0], max(1, unit / 300))
    level = np.floor(lightness * 8)
    reach = max(1, unit // 150)
    shadow = np.zeros_like(lightness)
    for k in (1, 2, 3):
        moved = np.roll(level, (reach * k // 2, reach * k // 3), axis=(0, 1))
        shadow += np.clip(level - moved, 0, 1) / 3
    lab[0] = (level + 0.6) / 8 - 0.13 * soften(shadow, max(1, unit / 300))
    lab[1:] = np.stack([soften(plane, unit / 200) for plane in lab[1:]]) * 1.15
    fibre = tile(rng, 256, 0.8)
    _, height, width = planes.shape
    x, y = np.arange(width, dtype=np.float32)[None, :] / unit, np.arange(height, dtype=np.float32)[:, None] / unit
    return np.asarray(to_rgb(lab) + 0.012 * sample(fibre, x * 3, y * 3))


def film(planes: Grid, rng: np.random.Generator) -> Grid:
    faded = 0.05 + 0.9 * split_tone(grade(planes, 0.1, 0.88), 210, 70, 0.5)
    return grain(faded, rng, 0.028)


def noir(planes: Grid, rng: np.random.Generator) -> Grid:
    grey = np.clip(luma(planes) * 1.04, 0, 1)
    curved = grey + 0.75 * (grey * grey * (3 - 2 * grey) - grey)
    return grain(np.stack([curved] * 3), rng, 0.03)


def cinematic(planes: Grid, _rng: np.random.Generator) -> Grid:
    return bloom(split_tone(grade(planes, 0.3, 1.05), 225, 62, 0.4), 0.3)


STYLES: Final[dict[str, Callable[[Grid, np.random.Generator], Grid]]] = {
    "watercolor": watercolor, "oil": oil, "ink": ink, "poster": poster, "pixel": pixel, "lowpoly": lowpoly,
    "papercut": papercut, "film": film, "noir": noir, "cinematic": cinematic,
}  # fmt: skip


def finish(planes: Grid, styles: tuple[str, ...], key: tuple[object, ...]) -> Grid:
    """Bloom and grade, then each style in turn, then vignette and grain where the style has none of its own."""
    planes = grade(bloom(planes))
    for style in styles[:3]:
        planes = np.clip(STYLES[style](planes, chance("style", style, *key)), 0, 1)
    if not set(styles) & {"watercolor", "ink", "pixel", "papercut", "poster", "lowpoly"}:
        planes = vignette(planes)
        planes = grain(planes, chance("grain", *key))
    return dither(planes, chance("dither", *key))
