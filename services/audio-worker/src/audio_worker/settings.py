"""What the audio worker is told by its environment."""

from providers.worker.settings import WorkerSettings


class AudioWorkerSettings(WorkerSettings):
    slots: int = 2
