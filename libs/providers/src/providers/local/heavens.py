"""The part of every scene that is above: sky, sun, clouds, and what hangs in it."""

from providers.local import sky, space, weather
from providers.local.stage import Stage


def open_sky(stage: Stage, subjects: tuple[str, ...]) -> None:
    sky.paint_sky(stage)
    if "aurora" in stage.reading.weather:
        sky.paint_aurora(stage)
    sky.paint_sun(stage, 2.3 if "moon" in subjects or "closeup" in stage.reading.framing else 1.0)
    sky.paint_clouds(stage)
    if "rainbow" in stage.reading.weather:
        sky.paint_rainbow(stage)
    if "planet" in subjects or ("space" in subjects and "fantasy" in stage.reading.words):
        unit = stage.canvas.unit
        space.planet(
            stage, (stage.canvas.width * (1 - stage.focus * 0.9), stage.horizon * 0.42), unit * 0.17, rings=True, kind=1
        )
    if "lightning" in stage.reading.weather:
        weather.lightning(stage)
