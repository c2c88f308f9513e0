"""A supervisor to be killed: keeps two children until told to stop. Started by the tests as a process."""

import asyncio
import os
import sys
from pathlib import Path

from groove_local.process import Program
from groove_local.say import aloud
from groove_local.supervisor import Supervisor
from groove_local.told import until_told

QUIET = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def program(name, source=QUIET, **changes):
    return Program(name=name, command=(sys.executable, "-I", "-S", "-c", source), env=dict(os.environ), **changes)


async def keep(data):
    async with Supervisor(Path(data), aloud) as supervisor:
        await supervisor.start([program("quiet"), program("stubborn", STUBBORN, grace_s=0.5)])
        aloud("keeping")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(until_told(keep(sys.argv[1]), aloud))
    aloud("all stopped")
