"""The text worker: everything on the queue `text`. A task's life is told in `providers.worker.lifecycle`."""

from kit.logs import set_up
from kit.settings import read
from providers.worker.serve import start
from text_worker.settings import TextWorkerSettings


def main() -> None:
    settings = read(TextWorkerSettings)
    set_up("text-worker", settings.log_level)
    start("text", settings)


if __name__ == "__main__":
    main()
