import random
import zlib
from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.trace import TracerProvider

from kit.record import ENCODING_HEADER, MAX_BODY_BYTES, MAX_BYTES, TooLarge, decode, encode
from kit.tracing import HEADER, begun, bound, span, trace_id

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("size", [0, 1, 32 * 1024, 32 * 1024 + 1, MAX_BYTES])
def test_what_is_encoded_is_decoded(size: int):
    body = b"\x07" * size
    payload, headers = encode(body, "e1", {"Schema": "1"})
    record = decode(3, "s", headers, payload, NOON)
    assert (record.data, record.id, record.headers["Schema"]) == (body, "e1", "1")
    assert len(payload) <= 32 * 1024


def test_over_the_limit_is_over_the_limit_however_well_it_packs():
    with pytest.raises(TooLarge):
        encode(random.randbytes(MAX_BYTES + 1), "e1", None)


@pytest.mark.parametrize(
    "payload", [b"not zlib", zlib.compress(b"x" * 100_000)[:-6], zlib.compress(bytes(MAX_BODY_BYTES + 1))]
)
def test_a_body_that_lies_about_itself_is_given_as_it_came(payload: bytes):
    assert decode(3, "s", {ENCODING_HEADER: "zlib"}, payload, NOON).data == payload


def test_headers_passed_on_do_not_say_how_the_old_body_was_packed():
    _, headers = encode(b"x" * 40_000, "e1", None)
    payload, again = encode(b"small", "e2", headers)
    assert decode(4, "s", again, payload, NOON).data == b"small"


def test_a_trace_goes_on_through_the_headers_of_a_message():
    with bound(TracerProvider().get_tracer("t")):
        with span("cause"):
            _, headers = encode(b"", "e1", None)
            cause = trace_id()
        with begun(headers[HEADER], "effect", "receives"):
            assert trace_id() == cause is not None
    _, kept = encode(b"", "e2", {"traceparent": "theirs"})
    assert kept["traceparent"] == "theirs"
