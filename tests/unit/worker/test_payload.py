"""What is told of a request: small, whole, and without bytes."""

import json

from contracts.models import Model
from contracts.work import MAX_PAYLOAD_BYTES
from providers.interface import Media, Prepared, Request
from providers.worker.payload import payload_of, response_of

MODEL = Model(provider="local", id="m", title="M", operations=("image_to_text",))


def prepared(**params):
    request = Request(
        key="k",
        operation="image_to_text",
        model=MODEL,
        params={"prompt": "as it was joined", **params},
        seed=7,
        texts={"context": ("a long story " * 10_000,)},
        media={"image": (Media(b"\x89PNG" * 100_000, "image/png", "ab" * 32, 4, 3),)},
    )
    return Prepared(request, "as it was sent")


def test_inputs_are_told_by_their_digests_and_the_prompt_apart():
    payload = payload_of(prepared(max_words=5))
    assert payload["params"] == {"max_words": 5}
    assert payload["inputs"]["image"] == [{"type": "image", "sha256": "ab" * 32, "mime": "image/png"}]
    (text,) = payload["inputs"]["context"]
    assert (text["characters"], len(text["sha256"])) == (130_000, 64)
    assert (payload["operation"], payload["model"], payload["seed"]) == ("image_to_text", "m", 7)
    assert len(json.dumps(payload)) < 1_000


def test_what_is_too_large_is_left_out_and_says_so():
    payload = payload_of(prepared(notes="x" * MAX_PAYLOAD_BYTES))
    assert "32 KiB" in payload["left_out"]
    assert (payload["model"], payload["seed"]) == ("m", 7)
    assert len(json.dumps(payload)) < 1_000
    assert "left_out" in response_of({"text": "x" * MAX_PAYLOAD_BYTES})
    assert response_of({}) is None
