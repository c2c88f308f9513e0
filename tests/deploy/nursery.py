"""Processes of the services' own `main`: `python -m deploy.nursery`.

Everything is imported once and each process is a fork, so that twenty of them start in the time of one. Lines on
standard input ask, one answer each: `{"start": service, "env": {...}, "log": file}` gives its pid, `{"wait": pid}` how
it ended; with `"sleeping": true` a worker's tasks sleep. They are killed with it, and it ends with its input.
"""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

import audio_worker.main
import face_embedding.main
import gateway.main
import image_worker.main
import orchestrator.main
import text_worker.main
import video_worker.main
from contracts.catalogue import JUDGE
from deploy.sleeper import Sleeper
from providers.worker import serve

MAINS = {
    "gateway": gateway.main,
    "orchestrator": orchestrator.main,
    "text-worker": text_worker.main,
    "image-worker": image_worker.main,
    "video-worker": video_worker.main,
    "audio-worker": audio_worker.main,
    "face-embedding": face_embedding.main,
}


def become(service: str, env: dict[str, str], log: str, *, sleeping: bool = False) -> NoReturn:
    """That service, in this process."""
    os.environ.clear()
    os.environ.update(env)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    main: Any = MAINS[service]
    if sleeping:
        main.start = _start_asleep
    code = 1
    try:
        main.main()
        code = 0
    except SystemExit as error:
        code = int(error.code or 0)
    finally:
        os._exit(code)


def _start_asleep(queue: Any, settings: Any, trade: serve.Trade | None = None) -> None:
    """What a worker is, but for what it does of a task."""
    serve.start(queue, settings, replace(trade or serve.Trade(), tools=Sleeper(), more=frozenset({JUDGE})))


def asked() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def serve_them() -> None:
    children: set[int] = set()
    try:
        for one in asked():
            if "start" in one:
                pid = os.fork()
                if pid == 0:
                    become(one["start"], one["env"], one["log"], sleeping=one.get("sleeping", False))
                children.add(pid)
                print(pid, flush=True)
            else:
                _, status = os.waitpid(one["wait"], 0)
                children.discard(one["wait"])
                print(os.waitstatus_to_exitcode(status), flush=True)
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve_them()
