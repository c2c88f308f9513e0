"""What each service is told, and who may answer for it."""

import os

from groove_local.addresses import S3, Addresses
from groove_local.ports import free_port
from groove_local.services import DOOR, GRACE_S, WORKERS, Plan, programs
from groove_local.settings import GOOGLE_KEYS, VERTEX, Settings
from kit.health import HealthServer
from kit.readiness import Readiness

ADDRESSES = Addresses(
    "nats://127.0.0.1:1", "postgresql://groove:hush@127.0.0.1:2/groove", S3("http://x", "b", "a", "hush")
)
KEY = "AIza-not-a-key"
WORKERS_ALL = {"text-worker", "image-worker", "video-worker", "audio-worker", "face-embedding"}


def test_a_providers_key_goes_to_the_workers_alone():
    told = {p.name: p.env for p in programs(Plan(port=8080, keys={"GEMINI_API_KEY": KEY}), ADDRESSES)}
    assert {name for name, env in told.items() if KEY in env.values()} == WORKERS_ALL
    assert {env["GROOVE_PROVIDERS"] for env in told.values()} == {"local,google"}


def test_a_cloud_project_enables_google_and_its_token_goes_to_the_workers_alone(monkeypatch):
    for name in GOOGLE_KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(VERTEX, "a-project")
    monkeypatch.setenv("GROOVE_VERTEX_TOKEN", "a-token")
    settings = Settings.from_environment()
    plan = Plan(port=8080, inherited=settings.inherited, keys=settings.keys, google=settings.google)
    told = {p.name: p.env for p in programs(plan, ADDRESSES)}
    assert {env["GROOVE_PROVIDERS"] for env in told.values()} == {"local,google"}
    assert {env[VERTEX] for env in told.values()} == {"a-project"}
    assert {name for name, env in told.items() if "GROOVE_VERTEX_TOKEN" in env} == WORKERS_ALL


def test_no_secret_is_in_what_a_program_or_plan_prints():
    plan = Plan(port=8080, keys={"GEMINI_API_KEY": KEY})
    printed = f"{plan!r} {programs(plan, ADDRESSES)!r} {ADDRESSES!r}"
    assert KEY not in printed
    assert "hush" not in printed


def test_without_a_key_only_the_local_provider_is_there():
    assert {p.env["GROOVE_PROVIDERS"] for p in programs(Plan(port=8080), ADDRESSES)} == {"local"}


def test_the_gateway_gets_the_port_and_the_others_health_ports():
    told = {p.name: p.env for p in programs(Plan(port=8080, orchestrators=2), ADDRESSES)}
    assert set(told) == {"orchestrator-1", "orchestrator-2", "gateway"} | WORKERS_ALL
    assert told["gateway"]["GROOVE_PORT"] == "8080"
    assert "GROOVE_HEALTH_PORT" not in told["gateway"]
    assert len({env["GROOVE_HEALTH_PORT"] for name, env in told.items() if name != "gateway"}) == 7


def test_extra_environment_reaches_the_named_service_and_the_star_everyone():
    extra = {"*": {"GROOVE_LOG_LEVEL": "debug"}, "text-worker": {"GROOVE_SLOTS": "1"}}
    told = {p.name: p.env for p in programs(Plan(port=8080, extra=extra), ADDRESSES)}
    assert told["text-worker"]["GROOVE_SLOTS"] == "1"
    assert told["image-worker"]["GROOVE_SLOTS"] != "1"
    assert {env["GROOVE_LOG_LEVEL"] for env in told.values()} == {"debug"}


def test_stopping_stays_within_ten_seconds_and_the_door_closes_first():
    assert sum(GRACE_S.values()) + 4.0 < 10
    stages = {p.name: p.stage for p in programs(Plan(port=8080), ADDRESSES)}
    assert stages["gateway"] == DOOR > stages["image-worker"] == WORKERS > stages["orchestrator"] > 0


def test_only_the_workers_that_are_wanted_are_started_and_the_face_service_keeps_its_vectors_with_the_data(tmp_path):
    told = {p.name: p.env for p in programs(Plan(port=8080, workers=("face-embedding",), data=tmp_path), ADDRESSES)}
    assert set(told) == {"orchestrator", "gateway", "face-embedding"}
    assert told["face-embedding"]["GROOVE_QDRANT_PATH"] == str(tmp_path / "qdrant")
    assert "GROOVE_QDRANT_PATH" not in told["gateway"]


async def test_another_process_on_its_port_does_not_answer_for_it():
    squatter = HealthServer(Readiness({}))
    await squatter.start()
    gateway = next(p for p in programs(Plan(port=squatter.port), ADDRESSES) if p.name == "gateway")
    assert await gateway.ready(os.getpid()) is None
    assert "another process answers" in str(await gateway.ready(os.getpid() + 1))
    await squatter.close()


def test_a_port_is_given_away_once():
    given = [free_port() for _ in range(500)]
    assert len(set(given)) == 500
