"""The gateway: `python -m gateway.main`."""

import asyncio
import ipaddress
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy.exc import DBAPIError

from contracts import bench
from gateway.http.line import bounded
from gateway.service import Service, opened
from gateway.settings import Settings
from kit import logs, telemetry
from kit.errors import NotConfigured, NotFound, ServerTooOld, Unavailable
from kit.nats import on_stop, run
from kit.settings import WRONG_CONFIGURATION, read

_OUT_OF_ORDER = 69  # EX_UNAVAILABLE of sysexits.h
_GRACE_S = 1


class Server(uvicorn.Server):
    """Ends open streams before it waits for them."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`: uvicorn would raise them again and end the process before it has tidied up."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.desk.hub.close()
        await super().shutdown(sockets)


class Unsurprised(logging.Filter):
    """A stream that is cut off never ends its answer: to uvicorn that is a mistake, here it is the point."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "without completing response" not in record.getMessage()


def server(settings: Settings, service: Service) -> Server:
    logging.getLogger("uvicorn.error").addFilter(Unsurprised())
    config = uvicorn.Config(
        service.app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=bounded(settings.max_head_bytes, settings.head_timeout_s),
        ws="websockets-sansio",
        ws_max_size=64_000,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return Server(config, service)


def on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _serve(settings: Settings) -> None:
    async with opened(settings) as service, asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in service.background()]
        serving, stop = server(settings, service), on_stop()
        tasks.append(group.create_task(_when_told(stop, serving)))
        await serving.serve()
        for task in tasks:
            task.cancel()


async def _when_told(stop: asyncio.Event, serving: Server) -> None:
    await stop.wait()
    serving.should_exit = True


def main() -> None:
    settings = read(Settings)
    logs.set_up("gateway", settings.log_level)
    telemetry.set_up("gateway", settings)
    bench.register(wanted=settings.bench)
    if not on_this_machine(settings.host) and not settings.must_sign_in:
        sys.stderr.write(
            f"The gateway does not start on {settings.host}: whoever can reach that address could use it. Set "
            "GROOVE_AUTH=required and make a key with `groove users add NAME --admin`, or set GROOVE_OIDC_ISSUER and "
            "GROOVE_OIDC_AUDIENCE; or set GROOVE_HOST=127.0.0.1.\n"
        )
        sys.exit(WRONG_CONFIGURATION)
    try:
        run(_serve(settings))
    except (NotConfigured, NotFound, Unavailable, ServerTooOld, OSError, RuntimeError, DBAPIError) as error:
        sys.stderr.write(f"the gateway cannot start: {_said(error)}\n")
        sys.exit(WRONG_CONFIGURATION if isinstance(error, NotConfigured) else _OUT_OF_ORDER)


def _said(error: Exception) -> str:
    """The database's own words, where it spoke."""
    if not isinstance(error, DBAPIError):
        return str(error)
    return f"the database (GROOVE_POSTGRES_URL): {error.orig}".partition("\n")[0]


if __name__ == "__main__":
    main()
