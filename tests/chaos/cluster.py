"""Runs on three NATS servers that are killed one at a time: `PYTHONPATH=tests python -m chaos.cluster --seed N`.

The next is struck when the one before has caught up: two of three must be there for anything to be stored. Services are
left alone: `chaos.driver` kills those. What must be true afterwards is the same.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from chaos.calm import undisturbed
from chaos.driver import Chaos, House, Report, Trouble, installation
from chaos.jobs import jobs
from chaos.schedule import LEASE_S, Blow
from groove_local.addresses import Addresses
from groove_local.stack import JETSTREAM, Stack
from kit.nats import connect
from kit.nats_users import Users
from kit.provision import provision
from support.cluster import REPLICAS, Cluster, cluster_at_work
from support.cuttable import wires
from support.running import plan, running
from support.servers import RealServers, unique
from support.vendor import vendor_at_work

_APART_S = (2.0, 5.0)
_DOWN_S = (0.3, 3.0)


def schedule(seed: int, seconds: float) -> list[Blow]:
    """The same for the same seed. A blow waits for the one before to be over."""
    chance, blows, at_s = Random(seed), list[Blow](), 0.0
    while (at_s := at_s + chance.uniform(*_APART_S)) < seconds:
        blows.append(Blow(at_s, f"nats-{chance.randint(1, REPLICAS)}", "kill", chance.uniform(*_DOWN_S)))
    return blows


class ReplicatedStack(Stack):
    """Everything is kept three times."""

    async def _provision(self) -> None:
        nc = await connect(self.addresses.nats_url, "provision", self.addresses.login("provision"))
        try:
            await provision(nc, self.plan.streams or JETSTREAM, self.plan.prefix, REPLICAS)
        finally:
            await nc.close()


class ClusterChaos(Chaos):
    def __init__(self, cluster: Cluster, *args: Any) -> None:
        super().__init__(*args)
        self._cluster = cluster
        self._turn = asyncio.Lock()

    async def _strike(self, blow: Blow) -> None:
        await asyncio.sleep(blow.at_s)
        async with self._turn:
            await self._cluster.whole()
            self._say(str(blow))
            member = self._cluster.members[int(blow.victim.rpartition("-")[2]) - 1]
            await asyncio.to_thread(member.kill)
            self.report.kills += 1
            await asyncio.sleep(blow.for_s)
            member.start()
            await self._cluster.whole()


@contextlib.contextmanager
def replicated(data: Path) -> Iterator[tuple[House, Cluster]]:
    """A whole system on three NATS servers, and a vendor."""
    short, servers = data / "jetstream.toml", RealServers()
    short.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", f"ack_wait_s = {LEASE_S}"))
    with contextlib.ExitStack() as undo:
        undo.callback(servers.stop)
        users = Users.new(unique(), strangers=True)
        cluster = undo.enter_context(cluster_at_work(data, users))
        vendor = undo.enter_context(vendor_at_work(data / "vendor.sqlite"))
        addresses = Addresses(cluster.url, servers.new_database(), servers.s3, users.seeds)
        told = {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url, "GROOVE_DOUBT": "fake=look_up"}
        extra = {"*": told, "gateway": {"GROOVE_HEARTBEAT_S": "1"}, "image-worker": {"GROOVE_SLOTS": "6"}}
        how = plan(orchestrators=2, extra=extra, streams=short, prefix=users.prefix)
        stack = undo.enter_context(running(data / "stack", how, addresses, partial(ReplicatedStack)))
        yield House(stack, vendor, undo.enter_context(wires())), cluster


def soak(data: Path, seed: int, seconds: float, runs: int, say: Callable[[str], None]) -> Report:
    works, blows = jobs(seed, seconds, runs), schedule(seed, seconds)
    (data / "calm").mkdir(parents=True)
    with installation(data / "calm") as house:
        calm = asyncio.run(undisturbed(house.stack.url, works))
    with replicated(data) as (house, cluster):

        async def play() -> Report:
            return await ClusterChaos(cluster, house, works, calm, Trouble(blows, []), say).run()

        return asyncio.run(play())


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill one of three NATS servers after the other.")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=60)
    args = parser.parse_args()
    print(f"seed {args.seed}: three servers, {args.seconds:g} s, {args.runs} runs", flush=True)
    print(*schedule(args.seed, args.seconds), sep="\n", flush=True)
    data = Path(tempfile.mkdtemp(prefix="groove-cluster-"))
    report = soak(data, args.seed, args.seconds, args.runs, lambda line: print(line, flush=True))
    print(
        f"{report.kills} servers killed; {report.runs} runs: {report.states}; {report.events} events over "
        f"{report.connections} connections; recovered in {report.recovery_s:.1f} s"
    )
    for line in report.wrong:
        print(f"WRONG  {line[:600]}")
    print(f"logs: {data}")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
