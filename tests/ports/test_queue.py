from dataclasses import replace

from kit.pull import Puller
from kit.queue import AlreadyQueued, Published, WorkQueue
from kit.queue_memory import MemoryWorkQueue


async def test_a_copy_is_not_queued(queue: WorkQueue | MemoryWorkQueue, at: str, name: str):
    subject = f"{at}.task.text._.{name}.n1"
    first = await queue.publish_once(subject, b"work")
    assert isinstance(first, Published)
    assert await queue.publish_once(subject, b"work") == AlreadyQueued()
    assert isinstance(await queue.publish_once(f"{at}.task.text._.{name}.n2", b"other"), Published)


async def test_what_is_queued_can_be_seen_without_taking_it(queue: WorkQueue | MemoryWorkQueue, at: str, name: str):
    subject = f"{at}.task.text._.{name}.n1"
    assert await queue.peek(subject) is None
    await queue.publish_once(subject, b"work", {"Attempt": "2"})
    seen = await queue.peek(subject)
    assert seen is not None
    assert (seen.data, seen.headers["Attempt"]) == (b"work", "2")


async def test_what_is_cancelled_makes_room(queue: WorkQueue | MemoryWorkQueue, at: str, name: str):
    subject = f"{at}.task.text._.{name}.n1"
    seen = await queue.publish_once(subject, b"work")
    assert isinstance(seen, Published)
    await queue.cancel(subject, seen=seen.seq)
    assert await queue.peek(subject) is None
    assert isinstance(await queue.publish_once(subject, b"again"), Published)


async def test_what_came_after_what_was_seen_is_not_cancelled(queue: WorkQueue | MemoryWorkQueue, at: str, name: str):
    subject = f"{at}.task.text._.{name}.n1"
    seen = await queue.publish_once(subject, b"work")
    assert isinstance(seen, Published)
    await queue.cancel(subject, seen=seen.seq)
    await queue.publish_once(subject, b"the next attempt")
    await queue.cancel(subject, seen=seen.seq)
    left = await queue.peek(subject)
    assert left is not None
    assert left.data == b"the next attempt"


async def test_what_is_finished_makes_room(queue: WorkQueue | MemoryWorkQueue, client, at: str, name: str):
    subject = f"{at}.task.audio._.{name}.n1"
    await queue.publish_once(subject, b"work")
    if isinstance(queue, MemoryWorkQueue):
        queue.finish(subject)
    else:
        puller = Puller(client, f"{at.upper()}_TASKS", "audio")
        delivery = await puller.take()
        assert delivery is not None
        assert delivery.record.subject == subject
        assert await queue.publish_once(subject, b"work") == AlreadyQueued()
        await delivery.ack(confirmed=True)
        await puller.close()
    assert isinstance(await queue.publish_once(subject, b"again"), Published)


async def test_what_the_server_passed_over_makes_room(bus, prefix: str):
    stream, at = f"{prefix.upper()}_TASKS", f"{prefix}.task.face._.run"
    subject = f"{at}.n1"
    queue, puller, jetstream = WorkQueue(bus, stream), Puller(bus, stream, "face"), bus.jetstream()
    config = (await jetstream.consumer_info(stream, "face")).config
    await jetstream.add_consumer(stream, replace(config, filter_subjects=[f"{at}.n2"]))
    await queue.publish_once(subject, b"passed over")
    await queue.publish_once(f"{at}.n2", b"work")
    delivery = await puller.take()
    assert delivery is not None
    await delivery.ack(confirmed=True)
    await jetstream.add_consumer(stream, config)
    await queue.publish_once(f"{at}.n3", b"not yet delivered")

    assert await queue.free_stranded("face") == [subject]
    assert await queue.peek(subject) is None
    assert await queue.peek(f"{at}.n3") is not None
    assert await queue.free_stranded("face") == []
    assert isinstance(await queue.publish_once(subject, b"again"), Published)
    delivery = await puller.take()
    assert delivery is not None
    assert delivery.record.data == b"not yet delivered"
    await delivery.nak(60)
    assert await queue.free_stranded("face") == [], "what was handed back will come"
    await puller.close()
