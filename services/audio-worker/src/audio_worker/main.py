"""The audio worker: everything on the queue `audio`. A task's life is told in `providers.worker.lifecycle`."""

from audio_worker.settings import AudioWorkerSettings
from kit.logs import set_up
from kit.settings import read
from providers.worker.serve import start


def main() -> None:
    settings = read(AudioWorkerSettings)
    set_up("audio-worker", settings.log_level)
    start("audio", settings)


if __name__ == "__main__":
    main()
