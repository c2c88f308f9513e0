import asyncio
import contextlib
import json
import os

from kit.health import HealthServer
from kit.readiness import Readiness


async def ask(port: int, path: str, method: str = "GET") -> tuple[int, dict[str, object]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


async def fine() -> None:
    return


async def broken() -> None:
    raise ConnectionError("the disk is gone")


async def stuck() -> None:
    await asyncio.Event().wait()


async def test_alive_is_not_yet_ready():
    server = HealthServer(Readiness({"nats": fine, "store": broken, "slow": stuck}, timeout_s=0.02))
    await server.start()
    assert await ask(server.port, "/health") == (200, {"status": "ok"})
    checks = {"nats": "ok", "store": "the disk is gone", "slow": "no answer within 0.02 s"}
    assert await ask(server.port, "/ready") == (503, {"status": "not ready", "pid": os.getpid(), "checks": checks})
    assert (await ask(server.port, "/other"))[0] == 404
    assert (await ask(server.port, "/health", "POST"))[0] == 405
    await server.close()


async def test_ready_when_every_check_is_fine():
    server = HealthServer(Readiness({"nats": fine}))
    await server.start()
    assert await ask(server.port, "/ready?verbose") == (
        200,
        {"status": "ready", "pid": os.getpid(), "checks": {"nats": "ok"}},
    )
    await server.close()


async def test_garbage_is_hung_up_on_and_the_next_is_served():
    server = HealthServer(Readiness({}))
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"x" * 40_000)
    writer.write_eof()
    with contextlib.suppress(ConnectionResetError):
        await reader.read()
    writer.close()
    assert (await ask(server.port, "/health"))[0] == 200
    await server.close()
