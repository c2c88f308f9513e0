"""The client: everything a program may ask of Pixel Groove."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from groove import media
from groove.characters import Characters
from groove.credits import Credits
from groove.graphs import Graphs
from groove.jobs import Jobs
from groove.parked import Parked
from groove.projects import Projects
from groove.retry import Patience
from groove.shapes import FINISHED, Estimate, Event, Execution, Page, Priority, Settlement, Value, Workflow
from groove.stream import Stream
from groove.wire import Ask, Wire, path, starting

DEFAULT_URL = "http://127.0.0.1:8080"
What = str | Workflow | Mapping[str, Any]
"""The id of a saved graph, or a workflow to run as it is."""


class Client:
    """A connection to one installation. Use it with `async with`, in one event loop.

    Every method raises `Problem` when the server refuses, and `Unreachable` when it does not answer. What creates or
    starts something carries an Idempotency-Key and is repeated with it: it happens once, whatever happens to answers.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        timeout_s: float = 30.0,
        patience: Patience | None = None,
        headers: Mapping[str, str] | None = None,
        api_key: str | None = None,
    ) -> None:
        """`api_key`: where the installation asks who you are; also a token of its identity provider."""
        signed = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._wire = Wire(base_url, patience or Patience(), timeout_s, {**signed, **(headers or {})})
        self.graphs = Graphs(self._wire)
        self.parked = Parked(self._wire)
        self.projects = Projects(self._wire)
        self.jobs = Jobs(self._wire)
        self.credits = Credits(self._wire)
        self.characters = Characters(self._wire)

    @property
    def base_url(self) -> str:
        return self._wire.base_url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._wire.close()

    async def erase(self, user_id: str) -> Mapping[str, Any]:
        """Remove everything that is a user's, for good: as an admin, where the installation can."""
        ask = Ask("DELETE", path("users", user_id), params={"confirm": user_id})
        return cast("Mapping[str, Any]", await self._wire.json(ask))

    async def run(
        self,
        what: What,
        *,
        outputs: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        budget: int | None = None,
        priority: Priority = "normal",
        key: str | None = None,
    ) -> Execution:
        """Start, and do not wait.

        Args:
            what: the id of a saved graph, or a workflow.
            outputs: ids of the nodes that are wanted; else the graph's own.
            variables: over the project's.
            budget: micro-credits.
            priority: among your own runs.
            key: Idempotency-Key; the same key starts the same run once.
        """
        body = starting_body(what, outputs, variables, budget)
        if priority != "normal":
            body["priority"] = priority
        return cast("Execution", await self._wire.json(starting("/api/executions/", body, key)))

    async def estimate(
        self, what: What, *, outputs: Sequence[str] = (), variables: Mapping[str, str] | None = None
    ) -> Estimate:
        """What it would cost. Starts nothing."""
        body = starting_body(what, outputs, variables, None)
        ask = Ask("POST", "/api/executions/estimate", body)
        return cast("Estimate", await self._wire.json(ask))

    async def get(self, run_id: str) -> Execution:
        return cast("Execution", await self._wire.json(Ask("GET", path("executions", run_id))))

    async def list(
        self,
        *,
        state: str | None = None,
        graph_id: str | None = None,
        project_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Execution]:
        """Newest first."""
        params = {
            "state": state,
            "graph_id": graph_id,
            "project_id": project_id,
            "limit": limit,
            "cursor": cursor,
        }
        return cast("Page[Execution]", await self._wire.json(Ask("GET", "/api/executions/", params=params)))

    async def cancel(self, run_id: str) -> Execution:
        """Nothing more is begun once this returns."""
        await self._wire.ask(Ask("DELETE", path("executions", run_id)))
        return await self.get(run_id)

    async def resume(self, run_id: str, *, key: str | None = None) -> Execution:
        """Run again what failed, was cancelled or skipped. The run keeps its id."""
        return cast("Execution", await self._wire.json(starting(path("executions", run_id, "resume"), {}, key)))

    async def fork(
        self,
        run_id: str,
        edits: Sequence[Mapping[str, Any]] = (),
        *,
        variables: Mapping[str, str] | None = None,
        outputs: Sequence[str] = (),
        budget: int | None = None,
        key: str | None = None,
    ) -> Execution:
        """Start a new run from one that began. What stays as it was keeps its results, at once and at no cost.

        Args:
            run_id: the run to begin with, finished or not.
            edits: ops as of `graphs.edit`, made to its graph as it was; the saved graph stays as it is.
            variables: over those that it ran with.
            outputs: ids of the nodes that are wanted; else those that it was asked for.
            budget: micro-credits, of the new run.
            key: Idempotency-Key; the same key forks once.
        """
        body = _options(outputs, variables, budget) | ({"edits": [dict(op) for op in edits]} if edits else {})
        return cast("Execution", await self._wire.json(starting(path("executions", run_id, "fork"), body, key)))

    async def diff(self, a: str, b: str) -> Mapping[str, Any]:
        """What was different in run `b`: graph, params, prompt as sent, model, cost, time, outputs."""
        ask = Ask("GET", "/api/executions/diff", params={"a": a, "b": b})
        return cast("Mapping[str, Any]", await self._wire.json(ask))

    async def regenerate(self, graph_id: str, node_id: str, *, key: str | None = None) -> Execution:
        """Make another variation of a node of a saved graph."""
        where = path("graphs", graph_id, "nodes", node_id, "regenerate")
        return cast("Execution", await self._wire.json(starting(where, {}, key)))

    async def explain(self, run_id: str, node_id: str) -> Mapping[str, Any]:
        """Why a node was, or was not, taken from what had been made before."""
        where = path("executions", run_id, "nodes", node_id, "explain")
        return cast("Mapping[str, Any]", await self._wire.json(Ask("GET", where)))

    async def settle(
        self,
        run_id: str,
        node_id: str,
        action: Settlement,
        handle: str | None = None,
        *,
        key: str | None = None,
    ) -> Execution:
        """Say what became of a request that is in doubt. Resuming the run then goes on.

        Args:
            run_id: which run.
            node_id: the node that is `in_doubt`.
            action: what to do about it.
            handle: of `adopt`: the provider's own id of the job.
            key: Idempotency-Key.
        """
        body = {"action": action} if handle is None else {"action": action, "handle": handle}
        where = path("executions", run_id, "nodes", node_id, "settle")
        return cast("Execution", await self._wire.json(starting(where, body, key)))

    async def doubts(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Mapping[str, Any]]:
        """Nodes of any run of which it cannot be known whether their provider took the request; newest run first."""
        ask = Ask("GET", "/api/doubts", params={"limit": limit, "cursor": cursor})
        return cast("Page[Mapping[str, Any]]", await self._wire.json(ask))

    async def events(self, run_id: str, after: int | None = None) -> Sequence[Event]:
        """What has happened so far, in order."""
        found: list[Event] = []
        while True:
            params = {"limit": 1000, "after": after}
            page = await self._wire.json(Ask("GET", path("executions", run_id, "events"), params=params))
            found += [Event(item["id"], item["event"], item["data"]) for item in page["items"]]
            after = page["next_cursor"]
            if after is None:
                return found

    async def stream(self, run_id: str, after: int | None = None) -> AsyncGenerator[Event, None]:
        """Events as they happen, from the run's first or behind `after`, until the run ends.

        Reconnects by itself and leaves no gap and no duplicate.
        """
        async with aclosing(Stream(self._wire, run_id, after).events()) as events:
            async for event in events:
                yield event

    async def wait(self, run_id: str) -> Execution:
        """Until it has ended, well or not."""
        while True:
            async with aclosing(self.stream(run_id)) as events:
                async for _ in events:
                    pass
            execution = await self.get(run_id)
            if execution["state"] in FINISHED:
                return execution

    async def node_types(self) -> Sequence[Mapping[str, Any]]:
        """The catalogue: ports, parameters, and models that can do it."""
        return _items(await self._wire.json(Ask("GET", "/api/node-types")))

    async def models(self) -> Sequence[Mapping[str, Any]]:
        return _items(await self._wire.json(Ask("GET", "/api/models")))

    async def upload(
        self, file: Path | str, *, project_id: str | None = None, mime: str | None = None
    ) -> Mapping[str, Any]:
        """Make a file an asset. Its `id` goes into an `asset` node."""
        return await media.upload(self._wire, Path(file), project_id, mime)

    async def download(self, value: Value | Mapping[str, Any], to: Path | str) -> Path:
        """Save an output: into a file, or into a directory under a name of its own."""
        return await media.download(self._wire, value, Path(to))

    async def fetch(self, url: str) -> bytes:
        """The bytes behind a `url`, `thumbnail_url` ... of a value."""
        return (await self._wire.ask(Ask("GET", url))).content


def starting_body(
    what: What, outputs: Sequence[str], variables: Mapping[str, str] | None, budget: int | None
) -> dict[str, Any]:
    which: dict[str, Any] = {"graph_id": what} if isinstance(what, str) else {"graph": dict(what)}
    return which | _options(outputs, variables, budget)


def _options(outputs: Sequence[str], variables: Mapping[str, str] | None, budget: int | None) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if outputs:
        body["output_node_ids"] = [*outputs]
    if variables:
        body["variables"] = dict(variables)
    if budget is not None:
        body["budget"] = budget
    return body


def _items(said: Any) -> Sequence[Mapping[str, Any]]:
    return cast("Sequence[Mapping[str, Any]]", said["items"] if isinstance(said, Mapping) else said)
