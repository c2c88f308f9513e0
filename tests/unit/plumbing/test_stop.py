import asyncio
import os
import signal

import pytest

from kit.nats import on_stop


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_asks_the_process_to_stop(number: signal.Signals):
    stop = on_stop()
    os.kill(os.getpid(), number)
    async with asyncio.timeout(5):
        await stop.wait()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(one)
