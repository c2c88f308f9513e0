"""What the text worker is told by its environment."""

from providers.worker.settings import WorkerSettings


class TextWorkerSettings(WorkerSettings):
    slots: int = 4
