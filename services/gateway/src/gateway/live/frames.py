"""Stream events in the bytes that go out, made once however many clients there are."""

import json
from dataclasses import dataclass, field

from gateway.views.rows import EventRow


@dataclass(frozen=True, slots=True)
class Frame:
    position: int | None
    """None: never replayed."""
    run_id: str | None
    project_id: str
    type: str
    sse: bytes = field(repr=False)
    payload: str = field(repr=False)

    @property
    def json(self) -> str:
        """As it goes over a WebSocket."""
        id_ = "null" if self.position is None else str(self.position)
        return f'{{"id":{id_},"event":{json.dumps(self.type)},"data":{self.payload}}}'


HEARTBEAT = Frame(None, None, "", "heartbeat", b": \n\n", "{}")


def frame(event: EventRow) -> Frame:
    sse = f"id: {event.position}\nevent: {event.type}\ndata: {event.payload}\n\n".encode()
    return Frame(event.position, event.run_id, event.project_id, event.type, sse, event.payload)


def passing(run_id: str, project_id: str, type_: str, payload: str) -> Frame:
    """An event without a position: shown and forgotten."""
    return Frame(None, run_id, project_id, type_, f"event: {type_}\ndata: {payload}\n\n".encode(), payload)
