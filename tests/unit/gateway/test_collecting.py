"""Bytes that nobody refers to go, those of somebody stay: whatever happens between any two steps of the collector."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.collecting import Collector, NotNow, digest_of
from kit.objects import Stored
from kit.objects_memory import MemoryObjects

HOUR = timedelta(hours=1)
GRACE, RESTORABLE = 24 * HOUR, 48 * HOUR
DIGESTS = [f"{n:064x}" for n in range(4)]


def keys(digest: str) -> tuple[str, str]:
    return f"objects/{digest}", f"thumbs/{digest}.webp"


@dataclass
class Asset:
    digest: str
    deleted_at: datetime | None = None


@dataclass
class World:
    """People and workers, as the views will know them."""

    now: datetime = datetime(2026, 11, 21, tzinfo=UTC)
    assets: list[Asset] = field(default_factory=list)
    written: list[tuple[str, datetime]] = field(default_factory=list)
    """By workers that have not told yet, and when."""
    running_since: datetime | None = None

    def __post_init__(self) -> None:
        self.objects = MemoryObjects(self.clock)

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    # what the collector asks

    async def horizon(self, now: datetime) -> datetime:
        return self.running_since or now

    async def referred(self, digests: Collection[str], now: datetime) -> set[str]:
        def held(asset: Asset) -> bool:
            return asset.deleted_at is None or now < asset.deleted_at + RESTORABLE + HOUR

        return {asset.digest for asset in self.assets if held(asset)} & set(digests)

    # what people and workers do

    async def write(self, digest: str) -> None:
        for key in keys(digest):
            await self.objects.put(key, digest.encode(), "image/png")
        self.written.append((digest, self.now))

    def tell(self, digest: str) -> None:
        """Not later than the grace period after it wrote, unless its execution is known to go on."""
        found = next((one for one in self.written if one[0] == digest), None)
        if found is not None:
            self.written.remove(found)
            self.assets.append(Asset(digest))

    def delete(self, digest: str) -> None:
        for asset in self.assets:
            if asset.digest == digest and asset.deleted_at is None:
                asset.deleted_at = self.now
                return

    def restore(self, digest: str) -> None:
        for asset in self.assets:
            if asset.digest == digest and asset.deleted_at and self.now < asset.deleted_at + RESTORABLE:
                asset.deleted_at = None
                return

    def wait(self, hours: int) -> None:
        """Who wrote tells within half the grace period."""
        self.now += hours * HOUR
        for digest, at in [*self.written]:
            if at < self.now - GRACE / 2:
                self.tell(digest)

    @property
    def live(self) -> set[str]:
        return {asset.digest for asset in self.assets if asset.deleted_at is None}

    async def lies(self, key: str) -> bool:
        return await self.objects.exists(key) or await self.objects.exists(f"trash/{key}")


class Interrupted(MemoryObjects):
    """Before each step of the collector something else happens."""

    def __init__(self, world: World, happen: Callable[[], object]) -> None:
        self.world = world
        self._happen = happen

    async def _between(self) -> MemoryObjects:
        done = self._happen()
        if done is not None:
            await done  # type: ignore[misc]  # a coroutine where it is one
        for digest in self.world.live:
            for key in keys(digest):
                assert await self.world.lies(key), f"{key} is gone, and somebody has it"
        return self.world.objects

    async def list(self, folder: str) -> AsyncIterator[Sequence[Stored]]:
        objects = await self._between()
        async for page in objects.list(folder):
            yield page
            await self._between()

    async def copy(self, source: str, target: str) -> None:
        await (await self._between()).copy(source, target)

    async def delete(self, key: str) -> None:
        await (await self._between()).delete(key)

    async def exists(self, key: str) -> bool:
        return await (await self._between()).exists(key)


ACTS = st.one_of(
    st.tuples(st.sampled_from(["write", "tell", "delete", "restore"]), st.sampled_from(DIGESTS)),
    st.tuples(st.just("wait"), st.sampled_from([1, 6, 13, 30, 60])),
    st.tuples(st.just("sweep"), st.just("")),
)


def collector(world: World, objects: MemoryObjects) -> Collector:
    return Collector(objects, world, world.clock, GRACE)


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTS, max_size=40), st.lists(ACTS, max_size=60))
async def test_referred_bytes_stay_and_others_go(acts, between):
    world, left = World(), [act for act in between if act[0] != "sweep"]

    def happen() -> object:
        return act_of(world, *left.pop()) if left else None

    for name, argument in acts:
        if name == "sweep":
            await collector(world, Interrupted(world, happen)).sweep()
        else:
            done = act_of(world, name, argument)
            if done is not None:
                await done
    world.wait(60)
    world.wait(60)  # whoever wrote has told; what is deleted cannot be had back any more
    for _ in range(2):
        await collector(world, world.objects).sweep()
        world.wait(60)
    for digest in DIGESTS:
        for key in keys(digest):
            assert await world.objects.exists(key) == (digest in world.live)
            assert not await world.objects.exists(f"trash/{key}")


MEANWHILE = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["write", "write", "tell", "delete"]), st.sampled_from(DIGESTS[:2])),
    st.tuples(st.just("wait"), st.just(1)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(MEANWHILE, max_size=30), st.lists(MEANWHILE, max_size=30))
async def test_bytes_that_come_back_into_use_while_they_are_removed_stay(first, second):
    """All that is there is garbage when the pass begins."""
    world = World()
    for digest in DIGESTS[:2]:
        await world.write(digest)
    world.written.clear()
    world.now += 2 * GRACE
    for meanwhile in (first, second):
        left = [*meanwhile]

        def happen(left: list = left) -> object:
            act = left.pop(0) if left else None
            return act_of(world, *act) if act else None

        await collector(world, Interrupted(world, happen)).sweep()
        world.wait(1)
    world.wait(13)
    await collector(world, world.objects).sweep()
    for digest in world.live:
        for key in keys(digest):
            assert await world.objects.exists(key)


def act_of(world: World, name: str, argument: object) -> object:
    return getattr(world, name)(argument)


async def test_what_was_written_before_an_execution_that_goes_on_waits_for_it():
    world = World()
    world.running_since = world.now
    await world.write(DIGESTS[0])
    world.now += 30 * GRACE
    assert (await collector(world, world.objects).sweep()).trashed == 0
    world.running_since = None
    swept = await collector(world, world.objects).sweep()
    assert (swept.seen, swept.trashed, swept.trashed_bytes) == (2, 2, 128)
    assert swept.keys == [*keys(DIGESTS[0])]


async def test_a_dry_run_tells_and_changes_nothing():
    world = World()
    await world.write(DIGESTS[0])
    await world.objects.put("uploads/a1", b"never completed", "image/png")
    world.now += 2 * GRACE
    dry = await collector(world, world.objects).sweep(dry=True)
    assert (dry.trashed, dry.uploads) == (2, 1)
    assert await world.objects.exists(f"objects/{DIGESTS[0]}")
    assert await world.objects.exists("uploads/a1")
    wet = await collector(world, world.objects).sweep()
    assert (wet.trashed, wet.uploads) == (2, 1)
    assert not await world.objects.exists("uploads/a1")
    world.now += 2 * GRACE
    assert (await collector(world, world.objects).sweep()).removed == 2
    assert [page async for page in world.objects.list("trash")] == []


async def test_nothing_is_collected_while_it_is_not_known_who_refers_to_what():
    class Unsure(World):
        async def horizon(self, now: datetime) -> datetime:
            raise NotNow(f"at {now}")

    world = Unsure()
    await world.write(DIGESTS[0])
    world.now += 2 * GRACE
    with pytest.raises(NotNow):
        await collector(world, world.objects).sweep()
    assert await world.objects.exists(f"objects/{DIGESTS[0]}")


@pytest.mark.parametrize(
    "key", ["objects/x", "readiness", f"objects/{'a' * 65}", f"other/{'a' * 64}", "installations/1"]
)
def test_what_is_not_ours_is_left_alone(key):
    assert digest_of(key) is None
