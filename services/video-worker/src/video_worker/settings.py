"""What the video worker is told by its environment."""

from providers.worker.settings import WorkerSettings


class VideoWorkerSettings(WorkerSettings):
    slots: int = 2
