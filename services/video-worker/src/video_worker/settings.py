"""What the video worker is told by its environment."""

from typing import Annotated

from pydantic import Field

from kit.cutting.orders import CutLimits
from providers.worker.settings import WorkerSettings


class VideoWorkerSettings(WorkerSettings):
    slots: int = 2
    edit_max_s: Annotated[float, Field(gt=0, le=600)] = 600.0
    """How long a film may be that is cut or joined here, and one that is made of several."""
    edit_clips: Annotated[int, Field(ge=1, le=64)] = 64
    """How many are joined at once."""
    edit_cpu_s: Annotated[int, Field(ge=1)] = 3_600
    """Of one processor, for one piece of work."""
    edit_wall_s: Annotated[float, Field(gt=0)] = 7_200.0
    edit_memory_mb: Annotated[int, Field(ge=512)] = 2_000
    """Address space of one child process."""

    @property
    def cutting(self) -> CutLimits:
        return CutLimits(
            seconds=self.edit_max_s,
            clips=self.edit_clips,
            cpu_s=self.edit_cpu_s,
            wall_s=self.edit_wall_s,
            memory_bytes=self.edit_memory_mb * 1_000_000,
        )
