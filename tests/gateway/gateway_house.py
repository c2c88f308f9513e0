"""A gateway in this process, before real servers and a stand-in for the orchestrator."""

import asyncio
import threading
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx2
from gateway_decider import Decider

import orchestrator.main
import orchestrator.settings
from gateway.main import Server, server
from gateway.service import Service, opened
from gateway.settings import Settings
from support.bus import provisioned


def settings_for(nats_url, postgres_url, s3, prefix, **changes):
    return Settings(
        nats_url=nats_url,
        postgres_url=postgres_url,
        prefix=prefix,
        s3_endpoint=s3.endpoint,
        s3_bucket=s3.bucket,
        s3_access_key=s3.access_key,
        s3_secret_key=s3.secret_key,
        s3_region=s3.region,
        **{"port": 0, **changes},
    )


@asynccontextmanager
async def serving(settings):
    """Serve until the block ends, and give the service and its address."""
    async with opened(settings) as service:
        tasks = [asyncio.create_task(work) for work in service.background()]
        it = server(settings, service)
        serve = asyncio.create_task(it.serve())
        try:
            while not it.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.005)
            yield it, service, f"http://127.0.0.1:{it.servers[0].sockets[0].getsockname()[1]}"
        finally:
            it.should_exit = True
            await serve
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class House:
    server: Server
    service: Service
    decider: Decider | None
    url: str
    loop: asyncio.AbstractEventLoop

    def do(self, work):
        """Do something in the house's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def client(self, **options):
        return httpx2.Client(base_url=self.url, timeout=20, trust_env=False, **options)


@asynccontextmanager
async def housing(settings):
    """With a stand-in for the orchestrator, who does what the test says."""
    async with provisioned(settings.nats_url, settings.prefix) as nc:
        decider = Decider(nc, settings.prefix)
        obeying = asyncio.create_task(decider.obey())
        try:
            async with serving(settings) as (it, service, url):
                yield House(it, service, decider, url, asyncio.get_running_loop())
        finally:
            obeying.cancel()


@asynccontextmanager
async def orchestrated(settings):
    """With a real orchestrator, and no workers: what is started stays queued."""
    async with provisioned(settings.nats_url, settings.prefix):
        stop = asyncio.Event()
        seals = {"erasable": settings.erasable, "secret_keys": settings.secret_keys}
        own = orchestrator.settings.Settings(nats_url=settings.nats_url, prefix=settings.prefix, **seals)
        orchestra = asyncio.create_task(orchestrator.main.serve(own, stop))
        try:
            async with serving(settings) as (it, service, url):
                yield House(it, service, None, url, asyncio.get_running_loop())
        finally:
            stop.set()
            await orchestra


@contextmanager
def house_in_a_thread(settings, kind=housing):
    up, over = Future(), threading.Event()

    async def live():
        try:
            async with kind(settings) as house:
                up.set_result(house)
                await asyncio.to_thread(over.wait)
        except BaseException as error:
            if up.done():
                raise
            up.set_exception(error)

    thread = threading.Thread(target=lambda: asyncio.run(live()), name="gateway")
    thread.start()
    try:
        yield up.result(60)
    finally:
        over.set()
        thread.join()
