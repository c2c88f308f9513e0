"""Records what later versions must be able to read: `python tests/replay/record.py NAME…`, or all that is missing.

Every scenario is played through a real installation of its own; what its log holds then is kept under `logs/v1`, beside
what the HTTP API said of it. A recording that is there is never written again.
"""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])

from contracts.storyboard import StoryboardValue  # noqa: E402
from contracts.upcasts import VERSION  # noqa: E402  tests are importable only now
from contracts.values import CharacterValue, MediaValue, TextValue  # noqa: E402
from groove_local.services import PICTURES  # noqa: E402
from groove_local.stack import JETSTREAM  # noqa: E402
from replay.scenarios import SCENARIOS, Stage, play  # noqa: E402
from support.api import Api  # noqa: E402
from support.elsewhere import Forgetful, Google, at_work  # noqa: E402
from support.recording import Recorder, keep  # noqa: E402
from support.running import plan, running  # noqa: E402
from support.vendor import vendor_at_work  # noqa: E402

LOGS = Path(__file__).parent / "logs" / f"v{VERSION}"


def record(names: list[str]) -> None:
    with ExitStack() as undo:
        data = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="groove-record-")))
        streams = data / "jetstream.toml"
        streams.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", "ack_wait_s = 3"))
        vendor, google = undo.enter_context(vendor_at_work(data / "vendor.sqlite")), Google()
        undo.enter_context(at_work(google))
        forgetful = Forgetful(vendor.url)
        undo.enter_context(at_work(forgetful))
        told = {
            "GROOVE_PROVIDERS": "local,google,fake",
            "GROOVE_GOOGLE_BASE_URL": google.url,
            "GROOVE_FAKE_URL": forgetful.url,
        }
        workers = (*PICTURES, "face-embedding")
        keys = {"GOOGLE_API_KEY": "a-key-for-the-fake"}
        how = plan(keys=keys, extra={"*": told}, streams=streams, workers=workers, strangers=True)
        stack = undo.enter_context(running(data / "stack", how))
        api = undo.enter_context(Api(stack.url))
        stage = Stage(api, stack, vendor, google, "")
        recorder = Recorder(stack.addresses.nats_url, how.prefix)
        for name in names:
            before = recorder.position()
            play(name, stage)
            lines = recorder.since(before)
            expected = json.dumps(outcome(api, lines), indent=1, sort_keys=True).splitlines()
            keep(LOGS / f"{name}.jsonl", lines)
            keep(LOGS / f"{name}.expected.json", expected)
            sys.stdout.write(f"{name}: {len(lines)} records, {sum(map(len, lines)):,} bytes\n")


def outcome(api: Api, lines: list[str]) -> dict[str, Any]:
    """What the API says of all that these lines speak of."""
    subjects = [json.loads(line)["subject"].split(".") for line in lines]
    told = {kind: [s[-1] for s in subjects if s[1] == "evt" and s[3] == kind] for kind in ("run", "graph")}
    return {
        "runs": {run: _run(api, run) for run in dict.fromkeys(told["run"])},
        "graphs": {graph: _graph(api, graph) for graph in dict.fromkeys(told["graph"])},
    }


def _run(api: Api, run: str) -> dict[str, Any]:
    found = api.execution(run)
    events = api.get(f"/api/executions/{run}/events?limit=1000")["items"]
    return {
        "state": found["state"],
        "cost": found["cost"],
        "error": found.get("error", {}).get("kind"),
        "nodes": {node_id: _node(node) for node_id, node in found["nodes"].items()},
        "events": [[event["id"], event["event"]] for event in events],
    }


def _node(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": node["state"],
        "attempt": node["attempt"],
        "cost": node["cost"],
        "error": node.get("error", {}).get("kind"),
        "outputs": {port: [_digest(value) for value in values] for port, values in node["outputs"].items()},
    }


def _digest(value: dict[str, Any]) -> str:
    kinds = {"text": TextValue, "character": CharacterValue, "storyboard": StoryboardValue}
    return str(kinds.get(value["type"], MediaValue).model_validate(value).digest)


def _graph(api: Api, graph: str) -> dict[str, Any] | None:
    """None: it was deleted."""
    answer = api.http.get(f"/api/graphs/{graph}")
    if answer.status_code == 404:
        return None
    found = answer.raise_for_status().json()
    nodes = {n["id"]: {key: n.get(key) for key in ("type", "title", "params", "variation")} for n in found["nodes"]}
    edges = {
        e["id"]: [f"{e['source_node_id']}.{e['source_port']}", f"{e['target_node_id']}.{e['target_port']}"]
        for e in found["edges"]
    }
    return {key: found[key] for key in ("name", "version", "notes")} | {"nodes": nodes, "edges": edges}


def main() -> None:
    asked = sys.argv[1:] or [name for name in SCENARIOS if not (LOGS / f"{name}.jsonl").exists()]
    if strange := [name for name in asked if name not in SCENARIOS]:
        sys.exit(f"no scenario {strange[0]}; there are: {', '.join(SCENARIOS)}")
    if there := [name for name in asked if (LOGS / f"{name}.jsonl").exists()]:
        sys.exit(f"{there[0]} is recorded, and a recording is never changed")
    LOGS.mkdir(parents=True, exist_ok=True)
    record(asked)


if __name__ == "__main__":
    main()
