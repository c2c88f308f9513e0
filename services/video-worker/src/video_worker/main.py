"""The video worker: everything on the queue `video`. A task's life is told in `providers.worker.lifecycle`."""

from kit.cutting.room import CuttingRoom
from kit.logs import set_up
from kit.settings import read
from providers.worker.serve import Trade, start
from video_worker.editor import Editor
from video_worker.settings import VideoWorkerSettings


def main() -> None:
    settings = read(VideoWorkerSettings)
    set_up("video-worker", settings.log_level)
    start("video", settings, Trade(tools=Editor(CuttingRoom(settings.cutting))))


if __name__ == "__main__":
    main()
