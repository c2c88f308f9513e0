"""Many processes of services, quickly."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Nursery:
    """Starts processes of services: see `deploy.nursery`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, service: str, env: dict[str, str], log: Path, *, sleeping: bool = False) -> int:
        return self._ask({"start": service, "env": env, "log": str(log), "sleeping": sleeping})

    def wait(self, pid: int) -> int:
        return self._ask({"wait": pid})

    def _ask(self, question: dict[str, object]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextmanager
def nursery(where: Path) -> Iterator[Nursery]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with (
        (where / "nursery.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "deploy.nursery"],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield Nursery(process)
        finally:
            assert process.stdin
            process.stdin.close()
