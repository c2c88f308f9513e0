"""A picture drawn with a pen: contours of everything that has an edge, hatching for its tones, solid darks."""

import math
from typing import Final

import numpy as np

from providers.local.color import rgb_of, to_lab
from providers.local.noise import Grid, enlarge, sample, smoothstep, soften, tile

_PAPER: Final = rgb_of((0.965, 0.014, 85))
_PEN: Final = rgb_of((0.2, 0.025, 265))
_FINEST: Final = 24
"""Below this many pixels a side there is no room for a stroke."""


def ink(planes: Grid, rng: np.random.Generator) -> Grid:
    """Contours and hatching on paper. Strokes grow with the picture, so that every size is the same drawing."""
    _, height, width = planes.shape
    unit = _stroke_unit(min(height, width))
    lab = to_lab(planes)
    wash = tile(rng, 256, 1.7)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    hand = sample(wash, x / unit * 0.55, y / unit * 0.55)
    lines = _contours(lab, unit, hand)
    marks = np.maximum(lines, _hatching(_tone(lab[0], unit), unit, hand, rng))
    fibre = 0.006 * sample(wash, x / unit * 3, y / unit * 3)
    drawn: Grid = _PAPER[:, None, None] + (_PEN - _PAPER)[:, None, None] * (marks * 0.97)
    return drawn + fibre


def _stroke_unit(side: int) -> float:
    """The side that strokes are measured by: they grow a little slower than the picture, which holds more of them."""
    return float(512 * (max(_FINEST, side) / 512) ** 0.85)


def _gauss(field: Grid, sigma: float) -> Grid:
    """A true Gaussian: the box blur of `soften` has no half pixels."""
    reach = max(1, math.ceil(sigma * 2.6))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        pads = [(0, 0), (0, 0)]
        pads[axis] = (reach, reach)
        wide = np.pad(field, pads, mode="edge")
        size = field.shape[axis]
        total = np.zeros_like(field)
        for at, tap in enumerate(taps):
            total += np.float32(tap) * (wide[at : at + size] if axis == 0 else wide[:, at : at + size])
        field = total
    return field


def _edges(lab: Grid, unit: float) -> tuple[Grid, Grid]:
    """How large the step in lightness or colour is at each pixel (in OKLab units), and across which direction.

    Two scales are added: the fine one places the line, the coarse one finds soft shapes and passes over noise.
    """
    shape = lab.shape[1:]
    xx, yy, xy = (np.zeros(shape, dtype=np.float32) for _ in range(3))
    for sigma, share in ((max(0.75, unit / 620), 0.5), (max(1.5, unit / 260), 0.75)):
        for axis, weight in ((0, 1.0), (1, 1.5), (2, 1.5)):
            dy, dx = np.gradient(_gauss(lab[axis].astype(np.float32), sigma))
            # A step of one, blurred, has this slope at its middle.
            gain = np.float32((weight * share * sigma * math.sqrt(2 * math.pi)) ** 2)
            xx += gain * dx * dx
            yy += gain * dy * dy
            xy += gain * dx * dy
    return np.sqrt(xx + yy), 0.5 * np.arctan2(2 * xy, xx - yy)


def _ridges(size: Grid, across: Grid) -> Grid:
    """True where the step is the largest of its neighbours on the way across the edge."""
    wide = np.pad(size, 1, mode="edge")
    height, width = size.shape
    sector = np.round(across / (np.pi / 4)).astype(np.int8) % 4
    best = np.zeros(size.shape, dtype=bool)
    for index, (dx, dy) in enumerate(((1, 0), (1, 1), (0, 1), (-1, 1))):
        ahead = wide[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        behind = wide[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        best |= (sector == index) & (size > ahead) & (size >= behind)
    return best


def _contours(lab: Grid, unit: float, hand: Grid) -> Grid:
    size, across = _edges(lab, unit)
    span = max(0.08, float(np.percentile(lab[0], 99) - np.percentile(lab[0], 1)))
    # In a dim picture small steps matter more; within a texture, less.
    busy = soften(size, unit / 28)
    step = size / np.float32(min(1.0, 0.25 + span)) - 0.55 * busy
    weight = smoothstep(0.035, 0.13, step) * (0.75 + 0.5 * smoothstep(0.12, 0.4, step))
    thin = np.where(_ridges(size, across), weight, 0).astype(np.float32)
    # A line is held up by its neighbours; a speck has none.
    support = _gauss(thin, max(1.2, unit / 240)) * np.float32(max(1.2, unit / 240))
    thin *= smoothstep(0.07, 0.26, support)
    nib = max(0.5, unit / 860)
    drawn = _gauss(thin, nib) * np.float32(nib * math.sqrt(2 * math.pi))
    return smoothstep(0.2, 0.72, drawn * (1 + 0.16 * hand))


def _tone(lightness: Grid, unit: float) -> Grid:
    """Lightness as a draughtsman spends it: over the whole range from solid black to paper, edges set off."""
    low, high = (float(value) for value in np.percentile(lightness, (1, 99)))
    stretched = np.clip((lightness - low) / max(0.2, high - low), 0, 1)
    levels = np.linspace(0, 1, 257)
    counts, _ = np.histogram(stretched, bins=levels)
    ranks = np.concatenate([[0], np.cumsum(counts)]) / max(1, counts.sum())
    evened = np.interp(stretched, levels, ranks)
    flat = np.float32(min(1.0, (high - low) / 0.2))
    tone = (1 - flat) * lightness + flat * (0.5 * stretched + 0.5 * evened)
    around = soften(tone, unit / 55)
    # An even sky is left lighter than a worked surface of its tone; the darks stay so.
    even = 1 - smoothstep(0.004, 0.035, soften(np.abs(tone - around), unit / 22))
    spared = 0.13 * even * smoothstep(0.3, 0.6, tone)
    return np.asarray(tone + 0.75 * (tone - around) + spared, dtype=np.float32)


_LAYERS: Final = ((0.60, 52.0), (0.43, -48.0), (0.29, 4.0), (0.2, 88.0))
"""Below which tone a layer of hatching begins, and at what angle it is laid."""


def _hatching(tone: Grid, unit: float, hand: Grid, rng: np.random.Generator) -> Grid:
    height, width = tone.shape
    pitch = max(3.2, unit / 128)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    bend = hand * np.float32(unit * 0.0035)
    grain = enlarge(rng.standard_normal((max(2, int(height / pitch)), max(2, int(width / pitch)))), width, height)
    uneven = tone + 0.02 * grain + 0.012 * hand
    marks = np.zeros_like(tone)
    for start, degrees in _LAYERS:
        angle = math.radians(degrees)
        place = (x * math.sin(angle) + y * math.cos(angle) + bend) / pitch
        away = np.abs(place - np.round(place)) * pitch
        dark = (start - uneven) / 0.22
        half = pitch * (0.07 + 0.15 * np.clip(dark, 0, 1))
        line = np.clip(half - away + 0.5, 0, 1) * np.clip(dark * 4, 0, 1)
        marks = np.maximum(marks, line)
    solid = smoothstep(0.1, 0.055, uneven)
    return np.asarray(np.maximum(marks * 0.92, solid))
