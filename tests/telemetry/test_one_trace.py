"""The main example, from the HTTP request to the screen, is one trace: told by real processes to a collector."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import promql_parser as promql
import pytest

from contracts.subjects import QUEUES
from groove_local.stack import Stack
from support.api import Api
from support.collector import Collector, Told, collecting
from support.running import plan, running
from support.servers import RealServers, unique
from telemetry.test_files import asked, selectors

MAIN = json.loads((Path(__file__).parents[2] / "examples" / "main.json").read_text())
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@dataclass(frozen=True)
class Walk:
    collector: Collector
    run: dict
    prompt: str
    metrics: str
    """Of all processes, one after the other."""

    @property
    def spans(self) -> dict[str, Told]:
        return {span.id: span for span in self.collector.spans if span.trace == TRACE}

    def above(self, span: Told) -> list[str]:
        """Names from the span up to the first."""
        names = [span.name]
        while (parent := self.spans.get(span.parent)) is not None:
            span = parent
            names.append(span.name)
        assert span.parent == CALLER, f"{names} begins nowhere"
        return names


@pytest.fixture(scope="module")
def walk(real_servers: RealServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with collecting() as collector:
        how = plan(extra={"*": {"GROOVE_OTLP_ENDPOINT": collector.url}})
        prompt = f"a lighthouse {unique('w')}"
        workflow = json.loads(json.dumps(MAIN))
        (words,) = [node for node in workflow["nodes"] if node["type"] == "text"]
        words["params"]["text"] = prompt
        with running(tmp_path_factory.mktemp("traced"), how, real_servers.addresses()) as stack, Api(stack.url) as api:
            asked = {"graph": workflow}
            run = api.post("/api/executions/", asked, traceparent=f"00-{TRACE}-{CALLER}-01")["id"]
            done = api.finish(run)
            metrics = "".join(told(stack, name) for name in stack.names()) + api.http.get("/metrics").text
        yield Walk(collector, done, prompt, metrics)  # what ended has sent all it had


def told(stack: Stack, name: str) -> str:
    """What a process tells of itself, if it is one of ours."""
    environment = Path(f"/proc/{stack.pid(name)}/environ").read_bytes().decode().split("\0")
    ports = [line.partition("=")[2] for line in environment if line.startswith("GROOVE_HEALTH_PORT=")]
    return httpx2.get(f"http://127.0.0.1:{ports[0]}/metrics", trust_env=False).text if ports else ""


def test_every_service_tells_of_the_same_trace_and_nothing_hangs_loose(walk: Walk):
    assert walk.run["state"] == "completed"
    assert {span.service for span in walk.spans.values()} == {"gateway", "orchestrator", "text-worker", "image-worker"}
    for span in walk.spans.values():
        assert walk.above(span)[-1] == "POST /api/executions"


def test_a_picture_goes_from_request_to_command_to_decision_to_task_to_provider(walk: Walk):
    pictures = [
        walk.above(span) for span in walk.spans.values() if span.attributes.get("gen_ai.output.type") == "image"
    ]
    assert min(pictures, key=len)[::-1] == [
        "POST /api/executions",
        "send cmd.{p}.run.{scope}.{id}",
        "decide run",
        "send task.image.{project}.{run}.{node}",
        "process task.image.{project}.{run}.{node}",
        "generate_content local-painter",
    ]


def test_what_it_made_goes_from_report_to_decision_to_screen(walk: Walk):
    shown = [span for span in walk.spans.values() if span.name == "send stream.{project}.{run}"]
    last = max((walk.above(span) for span in shown), key=len)
    task = "process task.{queue}.{project}.{run}.{node}"
    above = [re.sub(r"task\.(text|image)", "task.{queue}", name) for name in last]
    assert above[:4] == ["send stream.{project}.{run}", "decide run", "send rpt.{p}.{project}.{run}.{node}", task]
    assert above.count(task) == 3, "the picture, its description, and the variation stand behind each other"
    assert any(span.attributes["groove.stream.clients"] >= 1 for span in shown)


def test_every_step_says_what_kind_it_is(walk: Walk):
    kinds = {span.name.partition(" ")[0]: span.kind for span in walk.spans.values()}
    assert kinds == {
        "POST": "SERVER",
        "send": "PRODUCER",
        "decide": "CONSUMER",
        "process": "CONSUMER",
        "generate_content": "CLIENT",
    }
    assert not [span for span in walk.spans.values() if span.failed]


def test_a_provider_is_asked_in_the_words_of_opentelemetry(walk: Walk):
    (first, *_) = [span for span in walk.spans.values() if span.name == "generate_content local-painter"]
    assert (
        first.attributes.items()
        >= {
            "gen_ai.operation.name": "generate_content",
            "gen_ai.provider.name": "local",
            "gen_ai.request.model": "local-painter",
            "gen_ai.output.type": "image",
        }.items()
    )


def test_ids_are_attributes_and_in_no_name(walk: Walk):
    run, nodes = walk.run["id"], {node for node in walk.run["nodes"] if len(node) > 6}
    for span in walk.collector.spans:
        assert run not in span.name
        assert not [node for node in nodes if node in span.name]
    tasks = [span.attributes for span in walk.spans.values() if span.name.startswith("process task")]
    assert {task["groove.run.id"] for task in tasks} == {run}
    assert {task["groove.task.id"] for task in tasks} == {f"{run}.{task['groove.node.id']}.1" for task in tasks}


def test_nothing_that_was_written_or_made_is_told(walk: Walk):
    assert walk.prompt.encode() not in walk.collector.raw
    (sentence,) = [
        value["text"]
        for node in walk.run["nodes"].values()
        for value in node["outputs"].get("text", ())
        if value["text"] != walk.prompt
    ][:1]
    assert sentence.encode() not in walk.collector.raw


def test_rules_and_dashboards_tell_numbers_apart_by_labels_that_are_there(walk: Walk):
    labels: dict[str, set[str]] = {}
    for name, said in re.findall(r"^(groove_\w+)(?:\{(.*)\})? ", walk.metrics, re.MULTILINE):
        labels.setdefault(name, {"job", "instance"}).update(re.findall(r'(\w+)="', said))
    assert "provider" in labels["groove_provider_calls_total"], "nothing was told"
    for where, expr in asked():
        grouped = {label.strip() for by in re.findall(r"(?:by|on) \(([^)]*)\)", expr) for label in by.split(",")}
        for one in selectors(promql.parse(expr)):
            wanted = grouped | {matcher.name for matcher in one.matchers.matchers}
            if len(labels.get(one.name, ())) > 2:  # it has labels, and has been counted
                assert wanted <= labels[one.name], f"{where}: {one.name} has no {wanted - labels[one.name]}"


def test_what_scaling_and_who_is_on_call_look_at_is_told(walk: Walk):
    numbers = dict(line.rsplit(" ", 1) for line in walk.metrics.splitlines() if not line.startswith("#"))
    assert all(float(numbers[f'groove_queue_lag{{queue="{queue}"}}']) >= 0 for queue in QUEUES)  # NaN is not
    assert float(numbers["groove_log_lag"]) >= 0
    assert float(numbers["groove_decision_seconds_count"]) > 0
    assert float(numbers['groove_decision_seconds_bucket{le="+Inf"}']) == float(
        numbers["groove_decision_seconds_count"]
    )
    assert float(numbers["groove_view_delay_seconds_count"]) > 0
    assert float(numbers['groove_http_request_seconds_count{method="POST"}']) == 1
    assert float(numbers['groove_facts_total{type="RunCompleted"}']) == 1
    assert (numbers["groove_retries_total"], numbers["groove_in_doubt_total"]) == ("0", "0")
