"""How far nodes at work have come."""

from collections import OrderedDict

_REMEMBERED = 5_000


class Heard:
    """The last progress heard of nodes at work. May be lost, harmless."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, str], float] = OrderedDict()

    def note(self, run_id: str, node_id: str, progress: float) -> None:
        self._last[run_id, node_id] = progress
        self._last.move_to_end((run_id, node_id))
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)

    def of(self, run_id: str, node_id: str) -> float:
        return self._last.get((run_id, node_id), 0.0)
