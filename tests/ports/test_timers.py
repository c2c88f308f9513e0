from datetime import UTC, datetime, timedelta

from kit.queue_memory import MemoryTimers

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def test_a_timer_in_memory_fires_when_the_clock_says_so_and_once():
    now = NOON
    timers = MemoryTimers(lambda: now)
    await timers.schedule("at.1", "due.1", NOON + timedelta(seconds=5), b"replaced")
    await timers.schedule("at.1", "due.1", NOON + timedelta(seconds=2), b"second")
    await timers.schedule("at.2", "due.2", NOON + timedelta(seconds=1), b"first")
    await timers.schedule("at.3", "due.3", NOON, b"cancelled")
    await timers.cancel_schedule("at.3")
    assert timers.fire() == []
    now = NOON + timedelta(seconds=3)
    assert [(record.subject, record.data) for record in timers.fire()] == [("due.2", b"first"), ("due.1", b"second")]
    assert timers.fire() == []
