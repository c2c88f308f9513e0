"""Has imported all services, and forks one for each line that it is told: most of what a start costs is importing.

A line says which service, its whole environment, and the file for all that it writes. Its process runs the service's
own `main`. A first line comes when all is imported, two for each process: its pid, and its exit code when it ended.
"""

import json
import os
import sys
import threading
import time
from importlib import import_module
from typing import Any, NoReturn

SERVICES = ("gateway", "orchestrator", "image_worker", "face_embedding")


def main() -> None:
    mains = {name: import_module(f"{name}.main") for name in SERVICES}
    print("imported", flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        here, pid = os.getpid(), os.fork()
        if pid == 0:
            _be(mains[told["service"]], told, here)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _with(parent: int) -> None:
    """End with who started this process, also where that is killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _be(service: Any, told: dict[str, Any], parent: int) -> NoReturn:
    _with(parent)
    out = os.open(told["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(out, number)
    os.environ.clear()
    os.environ.update(told["environment"])
    code: object = 1
    try:
        service.main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001  as an interpreter would
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
