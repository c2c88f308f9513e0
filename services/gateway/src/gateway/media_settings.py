"""What the environment says of uploads."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.confined import Screening
from kit.filming import FilmLimits
from kit.media import Limits


class MediaSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GROOVE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    picture_max_bytes: Annotated[int, Field(ge=1)] = 50_000_000
    picture_max_pixels: Annotated[int, Field(ge=1)] = 50_000_000
    film_max_bytes: Annotated[int, Field(ge=1, le=5_000_000_000)] = 500_000_000
    """Of videos and sounds."""
    video_max_pixels: Annotated[int, Field(ge=1)] = 9_000_000
    """Of one picture of a video: 4K is 8.8 million."""
    video_max_s: Annotated[float, Field(gt=0)] = 600
    audio_max_s: Annotated[float, Field(gt=0)] = 3_600
    film_cpu_s: Annotated[int, Field(ge=1)] = 60
    """Of processor time to look at one video or sound."""
    film_wall_s: Annotated[float, Field(gt=0)] = 120
    """The same by the clock on the wall."""
    film_memory_bytes: Annotated[int, Field(ge=300_000_000)] = 2_000_000_000

    @property
    def picture_limits(self) -> Limits:
        return Limits(self.picture_max_pixels, self.picture_max_bytes)

    @property
    def screening(self) -> Screening:
        return Screening(
            FilmLimits(
                bytes=self.film_max_bytes,
                pixels=self.video_max_pixels,
                video_s=self.video_max_s,
                audio_s=self.audio_max_s,
                cpu_s=self.film_cpu_s,
                wall_s=self.film_wall_s,
                memory_bytes=self.film_memory_bytes,
            )
        )
