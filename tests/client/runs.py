"""A run as the server of the tests tells it."""

import hashlib
import json
from typing import Any

from client.server import Reply, Seen, Server, Streamed

RUN = "01990000-0000-7000-8000-00000000aaaa"
OTHER = "01990000-0000-7000-8000-00000000bbbb"
AT = "2026-11-21T10:00:{:02}+00:00"
BYTES = b"the bytes of a picture"
PICTURE = {
    "type": "image",
    "asset_id": "a1",
    "sha256": hashlib.sha256(BYTES).hexdigest(),
    "mime": "image/png",
    "bytes": 1_234_567,
    "width": 1344,
    "height": 768,
    "url": "/media/a1/original.png",
    "thumbnail_url": "/media/a1/thumbnail.webp",
}
WORDS = {"type": "text", "text": "A lighthouse.\u2028On a cliff."}

Wire = tuple[int | None, str, dict[str, Any]]


def event(number: int | None, name: str, node_id: str | None = None, second: int = 0, **data: Any) -> Wire:
    body = {"execution_id": RUN, "at": AT.format(second), **data}
    return number, name, body if node_id is None else {**body, "node_id": node_id}


STORY: tuple[Wire, ...] = (
    event(10_000, "execution_started", nodes=["prompt", "image", "final"]),
    event(10_001, "node_completed", "prompt", outputs={"text": [WORDS]}, cost=0),
    event(10_002, "node_queued", "image", attempt=1),
    event(20_000, "node_started", "image", 1, attempt=1),
    event(None, "node_progress", "image", 1, progress=0.4),
    event(
        30_000, "node_retrying", "image", 2, attempt=2, error={"kind": "transient", "message": "The provider hiccuped."}
    ),
    event(30_001, "node_queued", "image", 2, attempt=2),
    event(40_000, "node_started", "image", 3, attempt=2),
    event(50_000, "node_completed", "image", 4, attempt=2, outputs={"image": [PICTURE]}, cost=2_500_000),
    event(50_001, "node_completed", "final", 4, outputs={"value": [PICTURE]}, cost=0),
    event(50_002, "execution_completed", None, 4, cost=2_500_000),
)

FAILED = (
    event(10_000, "execution_started", nodes=["image"]),
    event(20_000, "node_failed", "image", error={"kind": "content_policy", "message": "No."}),
    event(20_001, "execution_failed", None, cost=0, error={"kind": "content_policy", "message": "No."}),
)


def sse(told: Wire) -> bytes:
    number, name, data = told
    head = b"" if number is None else f"id: {number}\n".encode()
    return head + f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def execution(state: str = "completed", run_id: str = RUN, **more: Any) -> dict[str, Any]:
    done = {"state": "completed", "attempt": 1, "cost": 0, "progress": 1}
    return {
        "id": run_id,
        "graph_id": None,
        "graph_name": "A small run",
        "project_id": "default",
        "state": state,
        "cost": 2_500_000,
        "created_at": AT.format(0),
        "completed_at": AT.format(4),
        "nodes": {
            "prompt": {**done, "outputs": {"text": [WORDS]}},
            "image": {**done, "attempt": 2, "cost": 2_500_000, "outputs": {"image": [PICTURE]}},
            "final": {**done, "outputs": {"value": [PICTURE]}},
        },
        **more,
    }


class Told:
    """A stream that is cut after as many events as it is told, and goes on behind Last-Event-ID."""

    def __init__(self, story: tuple[Wire, ...], *pieces: int, cut: bool = True) -> None:
        self._story = story
        self._pieces = list(pieces)
        self._cut = cut

    def __call__(self, seen: Seen) -> Streamed:
        after = int(seen.headers.get("last-event-id", "0"))
        rest, passed = [], after == 0
        for told in self._story:
            passed = passed or (told[0] or 0) > after
            if passed:
                rest.append(sse(told))
        if not self._pieces:
            return Streamed((b": hello\n\n", *rest))
        piece = self._pieces.pop(0)
        return Streamed((*rest[:piece], rest[piece][:20] if len(rest) > piece else b": \n\n"), cut=self._cut)


def tell(server: Server, story: tuple[Wire, ...] = STORY, *pieces: int, cut: bool = True, **more: Any) -> None:
    """Serve one finished run."""
    at = f"/api/executions/{RUN}"
    server.on("GET", f"{at}/stream", Told(story, *pieces, cut=cut))
    server.on("GET", at, Reply(body=execution(**more)))
    items = [{"id": number, "event": name, "data": data} for number, name, data in story if number is not None]
    server.on("GET", f"{at}/events", Reply(body={"items": items, "next_cursor": None}))
    summary = execution(**more)
    listed = [summary, {**summary, "id": OTHER, "state": "failed"}]
    server.on("GET", "/api/executions", Reply(body={"items": listed, "next_cursor": None}))
    server.on("GET", "/media/a1/original.png", Reply(raw=BYTES, headers={"Content-Type": "image/png"}))
