"""Smooth randomness: tiles for clouds and waves, lines for ridges."""

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Grid: TypeAlias = npt.NDArray[np.floating[Any]]
"""float32 in practice; numpy's promotion rules are looser than that."""

Ints: TypeAlias = npt.NDArray[np.integer[Any]]


def smoothstep(low: float, high: float, value: Grid) -> Grid:
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def tile(rng: np.random.Generator, size: int = 256, roughness: float = 1.9) -> Grid:
    """A seamless square of fractal noise, mean 0 and deviation 1. Higher roughness exponent means smoother."""
    white = np.fft.rfft2(rng.standard_normal((size, size)).astype(np.float32))
    fy = np.fft.fftfreq(size)[:, None]
    fx = np.fft.rfftfreq(size)[None, :]
    radius = np.hypot(fx, fy)
    radius[0, 0] = 1
    spectrum = radius**-roughness
    spectrum[0, 0] = 0
    field = np.fft.irfft2(white * spectrum, s=(size, size))
    return np.asarray(field / field.std(), dtype=np.float32)


def sample(field: Grid, u: Grid, v: Grid) -> Grid:
    """Bilinear lookup with wrap-around; u and v in tiles (1.0 is one whole tile)."""
    size = field.shape[0]
    x = u * size
    y = v * size
    x0 = np.floor(x).astype(np.int32)
    y0 = np.floor(y).astype(np.int32)
    fx = (x - x0).astype(np.float32)
    fy = (y - y0).astype(np.float32)
    xa, xb = x0 % size, (x0 + 1) % size
    ya, yb = y0 % size, (y0 + 1) % size
    top = field[ya, xa] * (1 - fx) + field[ya, xb] * fx
    low = field[yb, xa] * (1 - fx) + field[yb, xb] * fx
    return np.asarray(top * (1 - fy) + low * fy, dtype=np.float32)


def line(rng: np.random.Generator, count: int, cells: float, octaves: int = 5, gain: float = 0.5) -> Grid:
    """One-dimensional fractal noise in about -1..1 over `count` points."""
    total = np.zeros(count, dtype=np.float32)
    amplitude, weight = 1.0, 0.0
    for octave in range(octaves):
        knots = math.ceil(cells * 2**octave) + 2
        values = rng.uniform(-1, 1, knots)
        at = np.linspace(0, cells * 2**octave, count)
        left = np.minimum(at.astype(np.int32), knots - 2)
        t = at - left
        t = t * t * (3 - 2 * t)
        total += (amplitude * (values[left] * (1 - t) + values[left + 1] * t)).astype(np.float32)
        weight += amplitude
        amplitude *= gain
    return total / weight


def enlarge(field: Grid, width: int, height: int) -> Grid:
    """Bicubic resize of a float field."""
    picture = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)


def soften(field: Grid, radius: float) -> Grid:
    """A wide, cheap blur: three passes of a box filter by running sums, mirrored at the border."""
    reach = max(1, round(radius))
    for axis in (0, 1):
        for _ in range(3):
            field = _box(field, reach, axis)
    return field


def _box(field: Grid, reach: int, axis: int) -> Grid:
    pads = [(0, 0), (0, 0)]
    pads[axis] = (reach + 1, reach)
    sums = np.cumsum(np.pad(field, pads, mode="edge"), axis=axis, dtype=np.float64)
    span = 2 * reach + 1
    length = field.shape[axis]
    high = np.take(sums, np.arange(span, span + length), axis=axis)
    low = np.take(sums, np.arange(length), axis=axis)
    return np.asarray((high - low) / span, dtype=np.float32)
