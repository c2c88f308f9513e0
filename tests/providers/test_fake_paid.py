"""The fake paid vendor and its adapter, over real HTTP: every way in which a submission can go wrong."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from contracts.failures import FailureKind
from contracts.models import ModelBook
from providers import catalogue, registry
from providers.fakes.adapter import FakePaidProvider
from providers.fakes.http import Server
from providers.fakes.ledger import Ledger
from providers.fakes.paid import PaidVendor
from providers.interface import Done, Job, Media, OutOfSight, Pending, ProviderError, Request, SubmitInDoubt

BOOK: ModelBook = catalogue.book({"local", "fake"})


async def quiet(_: float, __: str) -> None:
    """Nobody watches."""


def paint(key: str = "run.paint.1", prompt: str = "a lighthouse", count: int = 1, **params: object) -> Request:
    model = BOOK.find("fake", "fake-painter")
    assert model is not None
    return Request(key, "text_to_image", model, {"prompt": prompt, "count": count, **params}, seed=7)


class Vendor:
    def __init__(self, url: str) -> None:
        self.url = url
        self.adapter = FakePaidProvider(url, timeout_s=2, lookup_lag_s=0.05)
        self._http = httpx2.AsyncClient(base_url=url)

    async def fault(self, kind: str, **more: object) -> None:
        assert (await self._http.post("/faults", json={"kind": kind, **more})).status_code == 200

    async def settings(self, **values: float) -> None:
        assert (await self._http.post("/settings", json=values)).status_code == 200

    async def ledger(self) -> dict[str, object]:
        books: dict[str, object] = (await self._http.get("/ledger")).json()
        return books

    async def submit(self, request: Request) -> Job:
        taken = await self.adapter.submit(self.adapter.prepare(request), quiet)
        assert isinstance(taken, Job)
        return taken

    async def refused(self, request: Request) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.submit(request)
        return caught.value

    async def close(self) -> None:
        await self.adapter.close()
        await self._http.aclose()


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[Vendor]:
    ledger = Ledger(tmp_path / "ledger.db")
    server = Server(PaidVendor(ledger).handle)
    await server.start()
    vendor = Vendor(server.url)
    yield vendor
    await vendor.close()
    await server.close()
    ledger.close()


async def test_a_job_is_taken_billed_and_its_pictures_fetched(vendor: Vendor) -> None:
    job = await vendor.submit(paint(count=2))
    done = await vendor.adapter.poll(job.handle)
    assert isinstance(done, Done)
    first, second = done.artifacts
    assert first.mime == "image/png"
    assert first.data is not None
    assert first.data.startswith(b"\x89PNG")
    assert first.data != second.data
    assert (done.cost, done.cost_basis) == (8_000_000, "reported")
    assert (await vendor.ledger())["by_key"] == {"run.paint.1": 1}


async def test_words_come_back_as_text(vendor: Vendor) -> None:
    model = BOOK.find("fake", "fake-writer")
    assert model is not None
    job = await vendor.submit(Request("k", "text_to_text", model, {"prompt": "sea"}, seed=1))
    done = await vendor.adapter.poll(job.handle)
    assert isinstance(done, Done)
    assert done.artifacts[0].text == "text to text (1): sea"


async def test_an_enlargement_has_the_size_that_was_asked_for(vendor: Vendor) -> None:
    model = BOOK.find("fake", "fake-upscaler")
    assert model is not None
    picture = Media(b"", "image/png", "abc", 32, 16)
    job = await vendor.submit(Request("k", "upscale", model, {"factor": 2}, seed=1, media={"image": (picture,)}))
    done = await vendor.adapter.poll(job.handle)
    assert isinstance(done, Done)
    assert done.artifacts[0].data is not None
    assert done.artifacts[0].data[16:24] == bytes([0, 0, 0, 64, 0, 0, 0, 32])


async def test_a_job_in_progress_can_be_watched_and_cancelled(vendor: Vendor) -> None:
    await vendor.settings(seconds=60)
    job = await vendor.submit(paint())
    pending = await vendor.adapter.poll(job.handle)
    assert isinstance(pending, Pending)
    assert pending.progress is not None
    assert pending.progress < 0.5
    assert await vendor.adapter.cancel(job.handle) == "cancelled"
    assert await vendor.adapter.cancel(job.handle) == "too_late"


async def test_every_submission_is_billed_even_with_the_same_key(vendor: Vendor) -> None:
    await vendor.submit(paint())
    await vendor.submit(paint())
    books = await vendor.ledger()
    assert (books["by_key"], books["billed"]) == ({"run.paint.1": 2}, 8_000_000)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limited", 429), ("transient", 503), ("capacity", 529), ("auth", 401), ("billing", 402)],
)
async def test_a_refusal_is_told_apart_and_costs_nothing(vendor: Vendor, kind: str, status: int) -> None:
    await vendor.fault(kind, retry_after_s=1.5)
    error = await vendor.refused(paint())
    assert (error.kind, error.http_status, error.retry_after_s) == (FailureKind(kind), status, 1.5)
    assert (await vendor.ledger())["billed"] == 0
    await vendor.submit(paint())


async def test_a_fault_strikes_only_what_it_is_meant_for(vendor: Vendor) -> None:
    await vendor.fault("transient", match="storm", times=2)
    await vendor.submit(paint(prompt="calm"))
    assert (await vendor.refused(paint(prompt="storm"))).kind == FailureKind.TRANSIENT
    assert (await vendor.refused(paint(prompt="storm"))).kind == FailureKind.TRANSIENT
    await vendor.submit(paint(prompt="storm"))


async def test_a_forbidden_prompt_is_refused_by_policy(vendor: Vendor) -> None:
    assert (await vendor.refused(paint(prompt="something FORBIDDEN"))).kind == FailureKind.CONTENT_POLICY


async def test_a_request_that_was_taken_without_an_answer_is_in_doubt_and_can_be_found(vendor: Vendor) -> None:
    await vendor.fault("cut")
    assert isinstance(await vendor.refused(paint(key="lost-and-found")), SubmitInDoubt)
    found = await vendor.adapter.find("lost-and-found")
    assert isinstance(found, Job)
    assert isinstance(await vendor.adapter.poll(found.handle), Done)


async def test_a_request_that_was_lost_is_in_doubt_and_cannot_be_found(vendor: Vendor) -> None:
    await vendor.fault("lost")
    assert isinstance(await vendor.refused(paint(key="gone")), SubmitInDoubt)
    assert await vendor.adapter.find("gone") is None


async def test_an_answer_that_cannot_be_read_is_in_doubt(vendor: Vendor) -> None:
    await vendor.fault("malformed")
    assert isinstance(await vendor.refused(paint()), SubmitInDoubt)


async def test_an_answer_that_takes_too_long_is_in_doubt(vendor: Vendor) -> None:
    vendor.adapter = FakePaidProvider(vendor.url, timeout_s=0.2)
    await vendor.fault("slow", seconds=5)
    assert isinstance(await vendor.refused(paint()), SubmitInDoubt)
    await vendor.adapter.close()


async def test_lookup_may_be_blind_for_a_while(vendor: Vendor) -> None:
    await vendor.settings(lookup_lag_s=30)
    await vendor.submit(paint(key="late"))
    assert await vendor.adapter.find("late") is None
    await vendor.settings(lookup_lag_s=0)
    assert await vendor.adapter.find("late") is not None


async def test_a_job_that_fails_says_so(vendor: Vendor) -> None:
    await vendor.fault("fail")
    job = await vendor.submit(paint())
    with pytest.raises(ProviderError) as caught:
        await vendor.adapter.poll(job.handle)
    assert caught.value.kind == FailureKind.PROVIDER_FAILED
    assert not isinstance(caught.value, OutOfSight)


async def test_a_vendor_that_is_not_there_has_taken_nothing(vendor: Vendor) -> None:
    nobody = Server(PaidVendor(Ledger(":memory:")).handle)
    await nobody.start()
    await nobody.close()
    vendor.adapter = FakePaidProvider(nobody.url)
    error = await vendor.refused(paint())
    assert error.kind == FailureKind.TRANSIENT
    assert not isinstance(error, SubmitInDoubt)
    with pytest.raises(OutOfSight):
        await vendor.adapter.poll({"job_id": "job-1"})
    await vendor.adapter.close()


async def test_a_fault_that_does_not_exist_cannot_be_planned(vendor: Vendor) -> None:
    async with httpx2.AsyncClient(base_url=vendor.url) as http:
        for wish in ({"kind": "flood"}, {"kind": "cut", "colour": "red"}, {}):
            assert (await http.post("/faults", json=wish)).status_code == 400


async def test_a_killed_vendor_forgets_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    for turn in (1, 2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "providers.fakes.paid", "--ledger", path, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        vendor = Vendor((await process.stdout.readline()).decode().strip())
        await vendor.submit(paint(key=f"turn-{turn}"))
        books = await vendor.ledger()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await vendor.close()
    assert books["by_key"] == {"turn-1": 1, "turn-2": 1}


async def test_within_its_window_a_key_is_taken_once_and_answers_the_same(vendor: Vendor):
    await vendor.settings(key_window_s=60)
    first = await vendor.submit(paint())
    again = await vendor.submit(paint())
    assert again == first
    ledger = await vendor.ledger()
    assert ledger["by_key"] == {"run.paint.1": 1}
    assert [entry["outcome"] for entry in ledger["submissions"]] == ["taken", "repeated"]
    assert ledger["billed"] == ledger["submissions"][0]["billed"]


async def test_a_key_that_was_used_for_something_else_is_refused(vendor: Vendor):
    await vendor.settings(key_window_s=60)
    await vendor.submit(paint())
    error = await vendor.refused(paint(prompt="a windmill"))
    assert error.kind is FailureKind.INVALID_REQUEST
    assert (await vendor.ledger())["by_key"] == {"run.paint.1": 1}


async def test_after_its_window_a_key_is_forgotten_and_taken_again(vendor: Vendor):
    await vendor.submit(paint())
    await vendor.submit(paint())
    assert (await vendor.ledger())["by_key"] == {"run.paint.1": 2}


def test_the_adapter_says_what_it_can_do_when_in_doubt():
    assert FakePaidProvider("http://vendor").doubt == "look_up"
    assert FakePaidProvider("http://vendor", lookup_lag_s=None).doubt == "ask"
    assert FakePaidProvider("http://vendor", key_window_s=60).doubt == "resubmit"


def test_a_setting_that_would_loosen_a_policy_is_refused_when_the_providers_are_built():
    strict = registry.build({"fake"}, registry.Access(fake_url="http://vendor", doubt={"fake": "ask"}))
    assert strict["fake"].doubt == "ask"
    with pytest.raises(ValueError, match="might pay twice"):
        registry.build({"fake"}, registry.Access(fake_url="http://vendor", doubt={"fake": "resubmit"}))
