"""What the image worker is told by its environment."""

from providers.worker.settings import WorkerSettings


class ImageWorkerSettings(WorkerSettings):
    slots: int = 2
