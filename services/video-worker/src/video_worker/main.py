"""The video worker: everything on the queue `video`. A task's life is told in `providers.worker.lifecycle`."""

from kit.logs import set_up
from kit.settings import read
from providers.worker.serve import start
from video_worker.settings import VideoWorkerSettings


def main() -> None:
    settings = read(VideoWorkerSettings)
    set_up("video-worker", settings.log_level)
    start("video", settings)


if __name__ == "__main__":
    main()
