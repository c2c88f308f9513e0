import os

from kit.snapshots import Snapshots


async def test_a_snapshot_comes_back_with_its_sequence(snapshots: Snapshots, at: str, name: str):
    assert await snapshots.save(f"{at}.snap.run.{name}", 7, "code-1", b"state")
    assert await snapshots.load(f"{at}.snap.run.{name}", "code-1") == (7, b"state")


async def test_the_newest_snapshot_counts(snapshots: Snapshots, at: str, name: str):
    await snapshots.save(f"{at}.snap.run.{name}", 7, "code-1", b"old")
    await snapshots.save(f"{at}.snap.run.{name}", 9, "code-1", b"new" * 30_000)
    assert await snapshots.load(f"{at}.snap.run.{name}", "code-1") == (9, b"new" * 30_000)


async def test_a_snapshot_by_other_code_is_none(snapshots: Snapshots, at: str, name: str):
    await snapshots.save(f"{at}.snap.run.{name}", 7, "code-1", b"state")
    assert await snapshots.load(f"{at}.snap.run.{name}", "code-2") is None
    assert await snapshots.load(f"{at}.snap.run.absent{name}", "code-1") is None


async def test_too_large_a_state_is_not_kept_and_does_no_harm(snapshots: Snapshots, at: str, name: str):
    assert not await snapshots.save(f"{at}.snap.run.{name}", 7, "code-1", os.urandom(600_000))
    assert await snapshots.load(f"{at}.snap.run.{name}", "code-1") is None
