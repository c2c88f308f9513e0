"""By which names a gateway with a public one answers."""

import pytest
from starlette.types import Message

from gateway.http.guard import Guard
from gateway.metrics import Metrics


async def status(path: str, host: str, *, key: bool, signed_in: bool = True) -> int:
    async def app(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    guard = Guard(app, origins=(), metrics=Metrics(), public_url="https://groove.example", signed_in=signed_in)
    headers = [(b"host", host.encode()), *([(b"authorization", b"Bearer k")] if key else [])]
    await guard({"type": "http", "method": "GET", "path": path, "headers": headers}, None, send)  # type: ignore[arg-type]  # it receives nothing
    return int(said[0]["status"])


@pytest.mark.parametrize(
    ("host", "path", "key", "signed_in", "wanted"),
    [
        ("groove.example", "/api/graphs", False, True, 200),
        ("localhost:8080", "/api/graphs", False, True, 200),
        ("gateway:8080", "/api/graphs", False, True, 421),
        ("gateway:8080", "/api/graphs", True, True, 200),
        ("gateway:8080", "/api/graphs", True, False, 421),
        ("gateway:8080", "/internal/accounts/u/a/key", True, False, 200),
        ("gateway:8080", "/internal/accounts/u/a/key", False, False, 421),
        ("10.0.0.7:8080", "/health", False, True, 200),
        ("10.0.0.7:8080", "/api/graphs", False, False, 421),
        ("gateway:8080", "/health", False, True, 421),
        ("", "/health", False, True, 421),
    ],
)
async def test_it_answers_to_its_names_to_who_has_a_key_and_to_probes(host, path, key, signed_in, wanted):
    assert await status(path, host, key=key, signed_in=signed_in) == wanted
