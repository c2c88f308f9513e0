"""The Google adapter against the wire-faithful fake: how it goes wrong, and what is never told."""

import gc
import logging
import traceback
from datetime import UTC, datetime

import pytest
from google_bench import KEY, PICTURE, Google, model, paint, write
from pydantic import SecretStr

from contracts.failures import FailureKind
from providers.fakes.google import FakeGoogle
from providers.fakes.google_faults import Fault
from providers.google import GoogleProvider
from providers.interface import Media, ProviderError, Request, SubmitInDoubt

# How it goes wrong


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("block_prompt", reason="PROHIBITED_CONTENT"), FailureKind.CONTENT_POLICY),
        (Fault("block_output", reason="IMAGE_SAFETY"), FailureKind.CONTENT_POLICY),
        (Fault("block_output", reason="IMAGE_RECITATION"), FailureKind.CONTENT_POLICY),
        (Fault("block_output", reason="NO_IMAGE"), FailureKind.PROVIDER_FAILED),
        (Fault("words_only", text="No."), FailureKind.NO_OUTPUT),
        (Fault("bad_picture"), FailureKind.PROVIDER_FAILED),
        (Fault("rate_limited"), FailureKind.RATE_LIMITED),
        (Fault("quota_day"), FailureKind.QUOTA_EXHAUSTED),
        (Fault("key_invalid"), FailureKind.AUTH),
        (Fault("error", status=403, google_status="PERMISSION_DENIED"), FailureKind.AUTH),
        (Fault("error", status=400, google_status="FAILED_PRECONDITION"), FailureKind.BILLING),
        (Fault("error", status=400, google_status="INVALID_ARGUMENT"), FailureKind.INVALID_REQUEST),
        (Fault("error", status=413, google_status="INVALID_ARGUMENT"), FailureKind.INVALID_REQUEST),
        (Fault("error", status=500, google_status="INTERNAL"), FailureKind.TRANSIENT),
        (Fault("error", status=503, google_status="UNAVAILABLE"), FailureKind.TRANSIENT),
        (Fault("error", status=504, google_status="DEADLINE_EXCEEDED"), FailureKind.TRANSIENT),
        (Fault("html", status=502), FailureKind.TRANSIENT),
        (Fault("html", status=200), FailureKind.PROVIDER_FAILED),
        (Fault("malformed"), FailureKind.PROVIDER_FAILED),
        (Fault("cut"), FailureKind.IN_DOUBT),
        (Fault("cut_answer"), FailureKind.IN_DOUBT),
        (Fault("gateway_timeout"), FailureKind.IN_DOUBT),
    ],
    ids=lambda value: f"{value.kind}-{value.status}-{value.reason}" if isinstance(value, Fault) else str(value),
)
async def test_each_failure_has_its_kind_and_a_sentence(google: Google, fault: Fault, kind: FailureKind) -> None:
    google.fake.script.append(fault)
    error = await google.refused(paint())
    assert error.kind == kind
    assert isinstance(error, SubmitInDoubt) == (kind == FailureKind.IN_DOUBT)
    assert len(str(error).split()) > 4
    assert "<" not in str(error)
    assert len(google.fake.calls) == 1, "nothing is ever sent twice in secret"


@pytest.mark.parametrize(("kind", "cost"), [("malformed", 6_700_000), ("html", 0)])
async def test_an_answer_of_googles_that_cannot_be_read_was_most_likely_charged(
    google: Google, kind: str, cost: int
) -> None:
    google.goes_wrong(kind, status=200)
    error = await google.refused(paint())
    assert (error.kind, error.cost) == (FailureKind.PROVIDER_FAILED, cost)


async def test_google_says_how_long_to_wait(google: Google) -> None:
    google.goes_wrong("rate_limited")
    assert (await google.refused(write())).retry_after_s == 37.4


async def test_an_answer_that_does_not_come_is_in_doubt(google: Google) -> None:
    slow = Google(google.fake, timeout_s=1)
    slow.goes_wrong("slow", seconds=30)
    assert isinstance(await slow.refused(paint()), SubmitInDoubt)
    await slow.provider.close()


async def test_nothing_is_in_doubt_when_nobody_was_there() -> None:
    nobody = FakeGoogle()
    await nobody.start()
    await nobody.close()
    lost = Google(nobody)
    error = await lost.refused(paint())
    assert (error.kind, error.retry_after_s) == (FailureKind.TRANSIENT, None)
    await lost.provider.close()


async def test_nothing_is_in_doubt_when_the_name_is_not_known(google: Google) -> None:
    lost = Google(google.fake, base_url="http://nowhere.invalid")
    assert (await lost.refused(paint())).kind == FailureKind.TRANSIENT
    await lost.provider.close()


async def test_a_redirect_is_not_followed(google: Google) -> None:
    elsewhere = FakeGoogle()
    await elsewhere.start()
    google.goes_wrong("redirect", text=f"{elsewhere.url}/v1/models/gemini-3.8-flash:generateContent")
    assert (await google.refused(write())).kind == FailureKind.NOT_CONFIGURED
    assert elsewhere.calls == []
    await elsewhere.close()


async def test_a_label_that_is_wrong_does_not_matter_when_the_content_is_right(google: Google) -> None:
    google.goes_wrong("wrong_type")
    assert (await google.make(paint())).artifacts


async def test_a_text_that_is_cut_off_is_kept_and_said(google: Google) -> None:
    google.goes_wrong("finish", reason="MAX_TOKENS")
    assert (await google.make(write())).notes == ("The text was cut off at its length limit.",)
    google.goes_wrong("thoughts_only")
    error = await google.refused(write())
    assert error.kind == FailureKind.NO_OUTPUT
    assert error.cost > 0


async def test_a_refusal_in_words_is_passed_on(google: Google) -> None:
    google.goes_wrong("words_only", text="I would rather not.")
    assert 'It said: "I would rather not."' in str(await google.refused(paint()))


async def test_the_next_call_is_fine(google: Google) -> None:
    for kind in ("cut", "malformed", "error"):
        google.goes_wrong(kind)
        await google.refused(write())
    await google.make(write())


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (paint(using="imagen-4.0-generate-001"), FailureKind.MODEL_RETIRED),
        (write(prompt=""), FailureKind.INVALID_REQUEST),
        (write(prompt="x" * 100_001), FailureKind.INVALID_REQUEST),
        (Request("k", "image_to_text", model("gemini-3.8-flash"), {}, 0), FailureKind.INVALID_REQUEST),
        (Request("k", "text_to_image", model("gemini-3.8-flash"), {"prompt": "x"}, 0), FailureKind.UNSUPPORTED),
        (
            Request(
                "k", "image_to_text", model("gemini-3.8-flash"), {}, 0, media={"image": (Media(b"", "image/gif", ""),)}
            ),
            FailureKind.INVALID_INPUT,
        ),
        (
            Request(
                "k",
                "image_to_image",
                model("gemini-2.5-flash-image"),
                {"prompt": "x"},
                0,
                media={"image": (PICTURE,), "reference": (PICTURE,) * 3},
            ),
            FailureKind.INVALID_REQUEST,
        ),
        (
            Request(
                "k",
                "image_to_text",
                model("gemini-3.8-flash"),
                {},
                0,
                media={"image": (Media(bytes(16_000_000), "image/png", ""),)},
            ),
            FailureKind.INVALID_INPUT,
        ),
    ],
)
async def test_what_cannot_work_is_refused_by_name(google: Google, request_: Request, kind: FailureKind) -> None:
    assert (await google.refused(request_)).kind == kind
    assert google.fake.calls == []


async def test_a_model_whose_last_day_has_come_is_refused_although_google_would_answer(google: Google) -> None:
    late = Google(google.fake, clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    request = Request("k", "text_to_text", model("gemini-2.5-flash"), {"prompt": "x"}, 0)
    assert "gemini-3.5-flash-lite" in str(await late.refused(request))
    await google.make(request)
    await late.provider.close()


@pytest.mark.parametrize("key", ["", "  ", "clé-secrète", "two words"])
def test_a_key_that_cannot_be_one_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(ProviderError) as caught:
        GoogleProvider(api_key=SecretStr(key))
    assert caught.value.kind == FailureKind.NOT_CONFIGURED
    assert not key.strip() or key not in str(caught.value)


# What is never told

_TALKATIVE = [
    Fault("echo_key", status=400, google_status="INVALID_ARGUMENT"),
    Fault("echo_key", status=401, google_status="UNAUTHENTICATED"),
    Fault("echo_key", status=429, google_status="RESOURCE_EXHAUSTED"),
    Fault("echo_key", status=500, google_status="INTERNAL"),
    Fault("malformed"),
    Fault("say", text="Your key is {key}."),
    Fault("cut"),
    Fault("block_prompt"),
]


@pytest.mark.parametrize("operation", ["text_to_text", "text_to_image"])
@pytest.mark.parametrize("fault", _TALKATIVE, ids=lambda fault: f"{fault.kind}-{fault.status}")
async def test_the_key_is_in_nothing_that_comes_back(
    google: Google, caplog: pytest.LogCaptureFixture, fault: Fault, operation: str
) -> None:
    caplog.set_level(logging.DEBUG)
    google.fake.script.append(fault)
    request = write() if operation == "text_to_text" else paint()
    told, raised = [repr(google.provider), str(vars(google.provider))], None
    try:
        done = await google.make(request)
        told += [repr(done), *(artifact.text or "" for artifact in done.artifacts)]
    except ProviderError as error:
        raised = error
        told += [str(error), repr(error), repr(vars(error)), error.failure().model_dump_json()]
        told += traceback.format_exception(error)
    assert raised is None or raised.__cause__ is raised.__context__ is None, "the vendor's own exception quotes things"
    told += [record.getMessage() + str(record.exc_text) for record in caplog.records]
    assert google.fake.calls[-1].headers["x-goog-api-key"] == KEY
    assert KEY not in "\n".join(told)


async def test_the_key_is_in_nothing_that_is_left_behind(google: Google) -> None:
    google.goes_wrong("echo_key", status=401, google_status="UNAUTHENTICATED")
    error = await google.refused(write())
    gc.collect()
    assert not [ref for ref in gc.get_referents(error) if isinstance(ref, str) and KEY in ref]
