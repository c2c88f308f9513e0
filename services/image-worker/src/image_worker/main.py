"""The image worker: everything on the queue `image`. A task's life is told in `providers.worker.lifecycle`."""

from image_worker.settings import ImageWorkerSettings
from kit.logs import set_up
from kit.settings import read
from providers.worker.serve import start


def main() -> None:
    settings = read(ImageWorkerSettings)
    set_up("image-worker", settings.log_level)
    start("image", settings)


if __name__ == "__main__":
    main()
