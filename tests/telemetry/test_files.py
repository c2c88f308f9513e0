"""Alert rules, dashboards, the collector: what they ask for is there, and every alert has a runbook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from gateway.metrics import Metrics as GatewayMetrics
from orchestrator.metrics import MEANINGS
from providers.worker.metrics import WorkMetrics

ROOT = Path(__file__).parents[2]
TELEMETRY = ROOT / "deploy" / "telemetry"
RULES = [
    rule
    for group in yaml.safe_load((TELEMETRY / "alerts" / "groove.yaml").read_text())["groups"]
    for rule in group["rules"]
]
BOARDS = {file.stem: json.loads(file.read_text()) for file in sorted((TELEMETRY / "dashboards").glob("*.json"))}
_OF_A_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


def asked() -> Iterator[tuple[str, str]]:
    """Where something is asked, and what."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{name}: {panel['title']}", target["expr"].replace("$__rate_interval", "5m")


def selectors(expression: Any) -> Iterator[Any]:
    """Every metric that is asked for."""
    if isinstance(expression, promql.VectorSelector):
        yield expression
        return
    for part in ("lhs", "rhs", "expr", "param", "vector_selector"):
        if (inner := getattr(expression, part, None)) is not None:
            yield from selectors(inner)
    for inner in getattr(expression, "args", None) or ():
        yield from selectors(inner)


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every metric that a process of ours tells."""
    text = GatewayMetrics().text() + WorkMetrics().text()
    faces = re.findall(r'"(groove_\w+)":', (ROOT / "services/face-embedding/src/face_embedding/main.py").read_text())
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")} | set(MEANINGS) | set(faces)


@pytest.mark.parametrize(("where", "expr"), list(asked()))
def test_only_metrics_are_asked_for_that_a_process_tells(where: str, expr: str, known: set[str]):
    found = [one.name for one in selectors(promql.parse(expr))]
    assert found, f"{where} asks for nothing"
    for name in found:
        assert name == "up" or name in known or _OF_A_HISTOGRAM.sub("", name) in known, f"{where} asks for {name}"


def test_every_metric_is_on_a_dashboard_or_in_a_rule(known: set[str]):
    """Those that are not are for scaling and for tests, and listed here."""
    shown = {_OF_A_HISTOGRAM.sub("", one.name) for _, expr in asked() for one in selectors(promql.parse(expr))}
    elsewhere = {name for name in known - shown if name.startswith(("groove_objects_", "groove_messages_"))}
    assert known - shown - elsewhere == {
        "groove_assets_retired_total",
        "groove_events_encoded_total",
        "groove_task_seconds",
        "groove_tasks_out",
        "groove_tasks_room",
        "groove_uploads_dropped_total",
        "groove_view_events",
        "groove_view_messages",
    }


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    page = (ROOT / "docs" / "operations.md").read_text()
    _, _, alerts = page.partition("\n## Alerts\n")
    alerts = re.split(r"\n## ", alerts)[0]
    headings = re.findall(r"^### (\w+)$", alerts, re.MULTILINE)
    assert headings == [rule["alert"] for rule in RULES], "the runbooks, in the order of the rules"
    for rule in RULES:
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}, "Prometheus knows no other field here"
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
    for name, text in zip(headings, re.split(r"^### \w+$", alerts, flags=re.MULTILINE)[1:], strict=True):
        assert len(text.split()) > 30, f"{name} says too little to help anybody"


def test_somebody_is_called_where_nobody_serves_or_decides():
    """Prometheus finds processes by DNS or by pods: of one that is gone there is no `up` that could be 0."""
    (down,) = [promql.parse(rule["expr"]) for rule in RULES if rule["alert"] == "GrooveDown"]
    jobs = {one.value for selector in selectors(down) for one in selector.matchers.matchers if one.name == "job"}
    assert jobs == {"groove.*", "groove-gateway", "groove-orchestrator"}
    assert str(down).count("absent(") == len(jobs) - 1


def test_dashboards_are_told_apart_and_ask_the_source_that_is_provisioned():
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS) >= 3
    for board in BOARDS.values():
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        for panel in board["panels"]:
            assert panel["datasource"] == {"type": "prometheus", "uid": "prometheus"}
            assert panel["description"], panel["title"]
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24


def test_the_collector_has_every_part_that_its_pipelines_name():
    config = yaml.safe_load((TELEMETRY / "collector.yaml").read_text())
    for pipeline in config["service"]["pipelines"].values():
        for part, names in pipeline.items():
            assert set(names) <= set(config[part])
    assert set(config["service"]["extensions"]) <= set(config["extensions"])
    assert config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
