"""A result whose picture was deleted is no result: who wants it makes it again, and says so once."""

from datetime import UTC, datetime

import pytest

from contracts.asset import AssetDeleted, AssetEvent, AssetRestored
from contracts.envelope import AssetDecision, RecipeDecision, seal, unseal
from contracts.run import Origin
from contracts.subjects import Subjects
from contracts.values import MediaValue
from kit.ids import new_id
from kit.log_memory import MemoryLog
from kit.queue_memory import MemoryTimers, MemoryWorkQueue
from orchestrator.domain.draft import Hit, Mine, Theirs
from orchestrator.domain.run_state import Run
from orchestrator.ports import World
from orchestrator.recipes import Recipes

AT = datetime(2026, 11, 21, tzinfo=UTC)
SUBJECTS = Subjects("void")
KEY = "ab" * 32
ASKS = {"paint": KEY}


def picture(name: str) -> MediaValue:
    return MediaValue(type="image", asset_id=name, sha256="cd" * 32, mime="image/png", bytes=9)


def run(name: str) -> Run:
    return Run(id=name, project_id="p", user_id="u")


class Desk:
    def __init__(self) -> None:
        self.log = MemoryLog(lambda: AT)
        queue = MemoryWorkQueue(lambda: AT)
        world = World(
            subjects=SUBJECTS,
            log=self.log,
            tasks=queue,
            timers=MemoryTimers(lambda: AT),
            wakes=queue,
            open_runs=None,
            snapshots=None,
            say=None,
            clock=lambda: AT,
            book=None,
        )
        self.recipes = Recipes(world)

    async def ask(self, name: str) -> object:
        return (await self.recipes.ask(run(name), ASKS))["paint", KEY]

    async def make(self, name: str, asset: str) -> None:
        outputs = {"image": (picture("other"), picture(asset))}
        await self.recipes.made(run(name), "paint", KEY, outputs, wake_again=False)

    async def say(self, asset: str, event: AssetEvent) -> None:
        decision = AssetDecision(id=new_id(), at=AT, actor="u", events=(event,))
        await self.log.append(SUBJECTS.events("asset", "p", asset), seal(decision), expected=None, event_id=decision.id)

    async def told(self) -> list[list[str]]:
        records = await self.log.read(SUBJECTS.events("recipe", "u", KEY))
        return [[event.type for event in unseal(RecipeDecision, record.data).events] for record in records]


@pytest.fixture
async def desk() -> Desk:
    it = Desk()
    assert await it.ask("r1") == Mine()
    await it.make("r1", "a1")
    return it


async def test_what_was_made_is_a_hit_until_one_of_its_pictures_is_deleted(desk: Desk):
    hit = await desk.ask("r2")
    assert isinstance(hit, Hit)
    assert hit.origin.run_id == "r1"
    await desk.say("a1", AssetDeleted(at=AT))
    assert await desk.ask("r2") == Mine()
    assert await desk.ask("r3") == Theirs(Origin(run_id="r2", node_id="paint", project_id="p"))
    await desk.make("r2", "a2")
    again = await desk.ask("r3")
    assert isinstance(again, Hit)
    assert again.origin.run_id == "r2"
    assert await desk.told() == [["Making"], ["Made"], ["Voided", "Making"], ["Made"]]


async def test_a_deletion_that_was_taken_back_in_time_changes_nothing(desk: Desk):
    await desk.say("a1", AssetDeleted(at=AT))
    await desk.say("a1", AssetRestored(at=AT))
    assert isinstance(await desk.ask("r2"), Hit)
    assert await desk.told() == [["Making"], ["Made"]]


async def test_having_it_back_after_it_was_made_again_does_no_harm(desk: Desk):
    await desk.say("a1", AssetDeleted(at=AT))
    assert await desk.ask("r2") == Mine()
    await desk.say("a1", AssetRestored(at=AT))
    await desk.make("r1", "a1")  # its effects are repeated: it is not the maker any more
    await desk.make("r2", "a2")
    hit = await desk.ask("r3")
    assert isinstance(hit, Hit)
    assert hit.origin.run_id == "r2"


async def test_what_an_old_maker_says_again_of_a_deleted_picture_is_found_out_again(desk: Desk):
    await desk.say("a1", AssetDeleted(at=AT))
    assert await desk.ask("r2") == Mine()
    await desk.recipes.abandoned(run("r2"), "paint", KEY, wake_again=False)
    await desk.make("r1", "a1")
    assert await desk.ask("r3") == Mine()


async def test_what_a_later_release_says_of_a_picture_does_not_make_it_twice(desk: Desk):
    await desk.log.append(SUBJECTS.events("asset", "p", "a1"), b'{"v": 99}', expected=None, event_id="x")
    assert isinstance(await desk.ask("r2"), Hit)
