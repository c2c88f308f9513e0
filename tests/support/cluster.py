"""Three nats-servers that keep everything three times, as in production, each of which can be killed."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from groove_local.ports import LOOPBACK, free_port
from groove_local.probe import http_get
from groove_local.servers.nats import find_binary
from kit.errors import Unavailable
from kit.nats import connect
from kit.nats_users import Users
from kit.wire import Wire

REPLICAS = 3
_WHOLE_S = 60.0
_LOOK_S = 0.1
_CONFIG = """\
host: {host}
port: {port}
http: {host}:{monitor}
server_name: nats-{number}
max_payload: 2MB
jetstream {{ store_dir: "{store}" }}
cluster {{ name: groove, host: {host}, port: {route}, routes: [{routes}] }}
feature_flags {{ js_ack_fc_v2: false }}
{authorization}
"""


@dataclass
class Member:
    number: int
    config: Path
    port: int
    monitor: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.config.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen([find_binary(), "-c", str(self.config)], stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Cluster:
    members: list[Member] = field(default_factory=list)

    @property
    def url(self) -> str:
        return ",".join(f"nats://{LOOPBACK}:{member.port}" for member in self.members)

    async def whole(self) -> None:
        """Wait until every server has caught up with all it keeps.

        Raises:
            TimeoutError: it never does.
        """
        async with asyncio.timeout(_WHOLE_S):
            for member in self.members:
                while (await http_get(member.monitor, "/healthz")).status != 200:  # noqa: ASYNC110  it asks a server
                    await asyncio.sleep(_LOOK_S)

    async def led(self) -> None:
        """Wait until it takes requests for streams: /healthz is content before anybody leads."""
        async with asyncio.timeout(_WHOLE_S):
            while not await self._answers():  # noqa: ASYNC110  it asks a server
                await asyncio.sleep(_LOOK_S)

    async def _answers(self) -> bool:
        try:
            nc = await connect(self.url, "cluster")
        except Unavailable:
            return False
        try:
            await Wire(nc, timeout_s=1).api("INFO")
        except Unavailable:
            return False
        else:
            return True
        finally:
            await nc.close()


@contextmanager
def cluster_at_work(data: Path, users: Users | None = None) -> Iterator[Cluster]:
    """Ends with the block."""
    routes = [free_port() for _ in range(REPLICAS)]
    cluster = Cluster()
    for number, route in enumerate(routes, 1):
        member = Member(number, data / f"nats-{number}.conf", free_port(), free_port())
        member.config.write_text(
            _CONFIG.format(
                host=LOOPBACK,
                port=member.port,
                monitor=member.monitor,
                number=number,
                store=data / f"nats-{number}",
                route=route,
                authorization=users.authorization() if users else "",
                routes=", ".join(f'"nats://{LOOPBACK}:{one}"' for one in routes),
            )
        )
        cluster.members.append(member)
    try:
        for member in cluster.members:
            member.start()
        asyncio.run(cluster.led())
        asyncio.run(cluster.whole())
        yield cluster
    finally:
        for member in cluster.members:
            member.kill()
