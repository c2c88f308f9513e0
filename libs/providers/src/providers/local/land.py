"""Ridges, mountains, hills, dunes, cliffs: everything that is a line with earth below it."""

import numpy as np

from providers.local.color import Lch, mix
from providers.local.noise import Grid, line, sample, smoothstep
from providers.local.stage import Stage

ROCK: Lch = (0.56, 0.025, 55)
GRASS: Lch = (0.62, 0.11, 128)
SAND: Lch = (0.86, 0.09, 75)
SNOW: Lch = (1.0, 0.008, 250)
AUTUMN: Lch = (0.66, 0.13, 60)
STRAW: Lch = (0.84, 0.12, 88)
LAVENDER: Lch = (0.58, 0.13, 300)


def cover(stage: Stage, profile: Grid, top: int, bottom: int) -> Grid:
    """Antialiased mask of everything below a line given per column in pixels."""
    slope = np.gradient(profile) if profile.size > 1 else np.zeros_like(profile)
    steep = np.sqrt(1 + np.minimum(slope * slope, 64))
    return np.asarray(np.clip((stage.canvas.rows(top, bottom) - profile[None, :]) / steep + 0.5, 0, 1))


def fill(stage: Stage, profile: Grid, planes: Grid, top: int, bottom: int | None = None) -> None:
    bottom = stage.canvas.height if bottom is None else bottom
    stage.canvas.wash(planes, cover(stage, profile, top, bottom), top, bottom)


def span(stage: Stage, profile: Grid, bottom: float | None = None) -> tuple[int, int]:
    height = stage.canvas.height
    return max(0, min(height - 1, int(profile.min()) - 1)), height if bottom is None else min(height, int(bottom) + 1)


def ridge(stage: Stage, profile: Grid, depth: float, foot: float) -> None:
    """A far ridge as a silhouette that dissolves into haze towards its foot (a row in pixels)."""
    top, bottom = span(stage, profile)
    dark, pale = stage.ridge_tone(depth)
    t = smoothstep(top, max(foot, top + 2.0), stage.canvas.rows(top, bottom)[:, 0])
    fill(
        stage,
        profile,
        mix(dark[:, None], pale[:, None], 1.0)[:, :, None] * t[:, None] + dark[:, None, None] * (1 - t[:, None]),
        top,
    )


def rolling(stage: Stage, name: str, base: float, height: float, cells: float, octaves: int = 4) -> Grid:
    """A soft skyline: base row and height in pixels."""
    canvas = stage.canvas
    return base - height * (
        0.5 + 0.62 * line(stage.dice("rolling", name), canvas.width, cells * canvas.width / canvas.unit, octaves, 0.42)
    )


def alpine(stage: Stage, name: str, base: float, height: float, center: float | None = None) -> Grid:
    """A skyline of peaks; the highest stands at `center` (share of the width)."""
    canvas = stage.canvas
    rng = stage.dice("alpine", name)
    aspect = canvas.width / canvas.unit
    x = np.linspace(0, aspect, canvas.width, dtype=np.float32)
    middle = (rng.uniform(0.25, 0.75) if center is None else center) * aspect
    peaks = [(middle, 1.0, rng.uniform(0.36, 0.5))]
    peaks += [
        (rng.uniform(-0.1, aspect + 0.1), rng.uniform(0.35, 0.78), rng.uniform(0.2, 0.42))
        for _ in range(int(4 + 4 * aspect))
    ]
    skyline = np.zeros_like(x)
    for place, tall, wide in peaks:
        off = np.abs(x - place) / wide
        skyline = np.maximum(skyline, tall * (1 - np.clip(off, 0, 1) ** 0.9))
    rough = 1 - np.abs(line(stage.dice("crag", name), canvas.width, 5 * aspect, 6, 0.55)) * 2
    skyline = skyline * (0.86 + 0.14 * rough) + 0.05 * line(stage.dice("teeth", name), canvas.width, 22 * aspect, 4)
    return np.asarray(base - height * np.maximum(skyline, 0.02), dtype=np.float32)


def facets(stage: Stage, profile: Grid, top: int, bottom: int, grain: float = 1.0) -> Grid:
    """How much each point of a slope faces the light, 0..1: the skyline's slopes carried downhill, broken by rock."""
    canvas = stage.canvas
    rows = canvas.rows(top, bottom)
    below = np.maximum(rows - profile[None, :], 0)
    rock = sample(stage.rock, canvas.x / canvas.unit * 0.7 * grain, rows / canvas.unit * 0.42 * grain)
    smooth = np.convolve(np.pad(profile, 8, mode="edge"), np.ones(17, np.float32) / 17, mode="valid")
    slope = np.gradient(smooth)
    shift = (canvas.x - 0.5 + 0.22 * rock * below + 0.05 * rock * canvas.unit * 0.3).astype(np.int32)
    broad = slope[np.clip(shift, 0, canvas.width - 1)]
    ahead = sample(
        stage.rock, canvas.x / canvas.unit * 0.7 * grain + 0.006 * stage.side, rows / canvas.unit * 0.42 * grain - 0.004
    )
    # A falling skyline (rows grow with x) faces right.
    return np.asarray(np.clip(0.45 + 0.55 * np.tanh(broad * 1.6) * stage.side + 0.75 * (rock - ahead), 0, 1))


def mountain(stage: Stage, profile: Grid, depth: float, foot: float, *, snow: float = 0.0) -> None:
    """A near range with light and shadow on its faces. Snow is the share of its height that is white."""
    top, bottom = span(stage, profile, foot + stage.canvas.unit * 0.05)
    lit = facets(stage, profile, top, bottom)
    rows = stage.canvas.rows(top, bottom)
    below = rows - profile[None, :]
    material = ground_of(stage, ROCK)
    planes = two_tone(stage, material, lit, depth)
    if snow > 0:
        reach = (foot - top) * snow
        rough = sample(stage.rock, stage.canvas.x / stage.canvas.unit * 1.3, rows / stage.canvas.unit * 0.7)
        edge = rows - top - reach * (0.75 + 0.3 * rough) - 0.25 * (profile[None, :] - top)
        white = smoothstep(0.1 * reach + 2, -0.05 * reach - 2, edge) if reach > 1 else np.zeros_like(edge)
        white = white * smoothstep(-0.2, 0.6, 0.6 + 0.6 * lit - 0.5 * np.abs(rough))
        planes = planes + (two_tone(stage, SNOW, lit, depth) - planes) * white
    haze = np.clip(below / max(1.0, foot - top), 0, 1) ** 1.6 * (0.35 + 0.5 * stage.light.haziness)
    pale = stage.ridge_tone(min(1.0, depth + 0.35))[1]
    planes = planes + (pale[:, None, None] - planes) * haze
    fill(stage, profile, planes.astype(np.float32), top, bottom)


def two_tone(stage: Stage, material: Lch, lit: Grid, depth: float) -> Grid:
    shade, bright = stage.tone(material, 0.0, depth), stage.tone(material, 1.0, depth)
    return shade[:, None, None] + (bright - shade)[:, None, None] * lit[None]


def ground_of(stage: Stage, material: Lch) -> Lch:
    if "snow" in stage.reading.weather and material in (GRASS, AUTUMN, STRAW):
        return (0.95, 0.012, 245)
    if "autumn" in stage.reading.weather and material == GRASS:
        return AUTUMN
    return material


def hill(stage: Stage, profile: Grid, depth: float, material: Lch, foot: float | None = None) -> None:
    """A near hill: soft light on its sunward flanks, fine grass texture, darker towards the viewer."""
    canvas = stage.canvas
    top, bottom = span(stage, profile, foot)
    rows = canvas.rows(top, bottom)
    below = np.maximum(rows - profile[None, :], 0) / canvas.unit
    blades = sample(stage.ripples, canvas.x / canvas.unit * 2.4, rows / canvas.unit * 1.1)
    slope = np.gradient(profile) * stage.side
    lit = 0.5 + 0.9 * np.clip(slope, -0.4, 0.4)[None, :] + 0.1 * blades - 1.1 * below
    lit += 0.45 * np.exp(-below * 60)
    planes = two_tone(stage, ground_of(stage, material), np.clip(lit, 0, 1), depth)
    fill(stage, profile, planes, top, bottom)


def crests(stage: Stage, name: str, base: float, height: float, cells: float) -> Grid:
    """A dune skyline: long flanks that meet in sharp crests. Base row and height in pixels."""
    canvas = stage.canvas
    wave = line(stage.dice("crests", name), canvas.width, cells * canvas.width / canvas.unit, 2, 0.3)
    return np.asarray(base - height * (1 - np.abs(wave) * 2.1) * 0.8, dtype=np.float32)


def dune(stage: Stage, profile: Grid, depth: float) -> None:
    """A dune: bright windward faces, dark slip faces behind winding crest lines, wind ripples."""
    canvas = stage.canvas
    top, bottom = span(stage, profile)
    rows = canvas.rows(top, bottom)
    below = np.maximum(rows - profile[None, :], 0)
    wander = sample(stage.rock, canvas.x / canvas.unit * 0.1, rows / canvas.unit * 0.16)
    shift = canvas.x + below * (0.75 * stage.side + 0.5 * wander)
    slope = np.gradient(profile) * stage.side
    face = slope[np.clip(shift, 0, canvas.width - 1).astype(np.int32)]
    lit = 0.5 + 0.5 * np.tanh(face * 9)
    fade = np.exp(-below / canvas.unit * 2.2)
    phase = (rows * 1.0 + 0.3 * canvas.x) / canvas.unit * 330 + 5 * sample(
        stage.ripples, canvas.x / canvas.unit * 0.3, rows / canvas.unit * 0.5
    )
    ripple = np.sin(phase) * smoothstep(0.25, 0.9, lit) * (1 - depth) * smoothstep(0.0, 0.1, below / canvas.unit)
    lit = (
        0.12
        + 0.8 * (lit * fade + (0.42 + 0.2 * lit) * (1 - fade))
        + 0.035 * ripple
        + 0.1 * np.exp(-below / canvas.unit * 90)
    )
    planes = two_tone(stage, SAND, np.clip(lit - 0.22 * below / canvas.unit, 0, 1), depth * 0.75)
    fill(stage, profile, planes, top)
