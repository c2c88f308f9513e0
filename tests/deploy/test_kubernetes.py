"""deploy/kubernetes, without a cluster: what Kubernetes would say, and that every name in it is one of the code's."""

import functools
import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.permissions import WORKERS
from contracts.subjects import PARTITIONS, Subjects
from deploy.differing import differences
from deploy.manifests import (
    KUBERNETES,
    OVERLAYS,
    Manifest,
    container_of,
    environment,
    named,
    objects,
    pod_of,
    rendered,
    template_of,
)
from deploy.places import DEPLOY, ROOT, SERVICES, SETTINGS, known_names
from gateway.backup.command import Settings as BackupSettings
from gateway.doctor.settings import DoctorSettings
from kit.settings import read

sys.path.insert(0, str(DEPLOY))
from keys import for_kubernetes

OLDEST, NEWEST = "1.30", "1.37"
"""Of Kubernetes: `preStop.sleep` came with the first."""
GOLDEN = Path(__file__).with_name("dev-to-production.txt")
NOT_KUBERNETES = ("keda.sh/v1alpha1", "monitoring.coreos.com/v1")
"""Kinds of others: deploy/checks/crds.py holds them against models of their own."""
S = Subjects()
ENDPOINT = "natsServerMonitoringEndpoint"


def ours(where: str) -> dict[str, Manifest]:
    return {name: named(where, "Deployment", name) for name in SERVICES}


@pytest.mark.parametrize("where", [*(f"overlays/{one}" for one in OVERLAYS), "neighbours"])
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_takes_it(where: str, version: str, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(rendered(where))
    validate = Path(sys.executable).with_name("kubernetes-validate")
    command = [validate, "-k", version, "--strict", file]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (said.stdout + said.stderr).splitlines()
    wrong = [one for one in lines if "passed for" not in one and not any(kind in one for kind in NOT_KUBERNETES)]
    assert (said.returncode, wrong) == (0, [])


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_every_name_that_it_is_told_and_can_read_them(
    overlay: str, service: str, secrets: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"overlays/{overlay}"
    told = environment(where, named(where, "Deployment", service), secrets)
    assert set(told) <= known_names(SETTINGS[service])
    monkeypatch.setattr("os.environ", told)
    settings = SETTINGS[service]()
    assert settings.nats_login is not None  # type: ignore[attr-defined]
    assert settings.nats_login.user == service  # type: ignore[attr-defined]
    if service == "gateway":
        assert settings.must_sign_in  # type: ignore[attr-defined]
        assert settings.sealing_keys is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_jobs_run_what_there_is_as_the_user_that_may(overlay: str, secrets: dict[str, dict[str, str]]) -> None:
    where = f"overlays/{overlay}"
    for job in objects(where, "Job"):
        python, flag, module, *files = container_of(job)["command"]
        assert (python, flag) == ("python", "-m")
        assert importlib.util.find_spec(module) is not None
        for file in files:
            assert f"COPY deploy/{Path(file).name} {file}" in (DEPLOY / "Dockerfile").read_text()
    told = environment(where, named(where, "Job", "provision"), secrets)
    assert told["GROOVE_NATS_USER"] == "provision"
    replicas = container_of(named(where, "Job", "provision"))["args"][-1]
    assert replicas == ("1" if overlay == "dev" else "3")
    assert environment(where, named(where, "Job", "migrate"), secrets)["GROOVE_POSTGRES_URL"]


def test_the_operators_pod_is_told_what_commands_read(
    secrets: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = named("overlays/production", "Deployment", "tools")
    assert tools["spec"]["replicas"] == 0
    told = environment("overlays/production", tools, secrets)
    assert set(told) <= frozenset().union(*map(known_names, SETTINGS.values()), known_names(DoctorSettings))
    assert told["GROOVE_NATS_USER"] == "operator"
    monkeypatch.setattr("os.environ", told)
    doctor = read(DoctorSettings)
    least = {name: spec["minReplicaCount"] for name, spec in scaled().items()}
    asked = {name: f"http://{name}.groove.svc.cluster.local:8081" for name, count in least.items() if count}
    assert doctor.services == {"gateway": "http://gateway.groove.svc.cluster.local", **asked}
    assert doctor.nats_monitor == f"http://{scaled()['orchestrator']['triggers'][0]['metadata'][ENDPOINT]}"


@pytest.mark.parametrize(("name", "user"), [("backup", "operator"), ("restore", "provision")])
def test_what_keeps_and_brings_back_is_told_where_everything_is_and_who_it_is(
    name: str, user: str, secrets: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = "overlays/production"
    job = named(where, "CronJob", name)
    monkeypatch.setattr("os.environ", environment(where, job, secrets))
    settings = read(BackupSettings)
    assert settings.nats_login is not None
    assert settings.nats_login.user == user
    (claim,) = [one["persistentVolumeClaim"] for one in pod_of(job)["volumes"] if "persistentVolumeClaim" in one]
    assert named(where, "PersistentVolumeClaim", claim["claimName"])
    assert job["spec"].get("suspend", False) is (name == "restore"), "only what harms nobody goes off by itself"


def consumers() -> dict[str, set[str]]:
    """By stream, under the prefix that the manifests have."""
    told = tomllib.loads((DEPLOY / "jetstream.toml").read_text())
    found: dict[str, set[str]] = {}
    for stream in told["stream"]:
        names = found.setdefault(stream["name"].replace("{PREFIX}", S.prefix.upper()), set())
        for one in stream.get("consumer", []):
            names.update(one["name"].replace("{n}", str(n)) for n in range(one.get("partitions", 1)))
    return found


def scaled() -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one["spec"] for one in objects("overlays/production", "ScaledObject")}


def test_keda_asks_for_streams_and_consumers_that_there_are_where_they_can_be_asked_for() -> None:
    there = consumers()
    (shared,) = [one["data"] for one in objects("overlays/production", "ConfigMap") if "GROOVE_PREFIX" in one["data"]]
    assert shared["GROOVE_PREFIX"] == S.prefix
    namespace = shared["GROOVE_NATS_URL"].removeprefix("nats://nats.").partition(".")[0]
    for name, spec in scaled().items():
        for trigger in spec["triggers"]:
            told = trigger["metadata"]
            assert all(isinstance(value, str) for value in told.values()), name
            assert told["consumer"] in there[told["stream"]]
            assert told["account"] == "$G"
            assert told[ENDPOINT] == f"nats-headless.{namespace}.svc.cluster.local:8222"
        assert spec["fallback"]["replicas"] >= 1
        assert spec["scaleTargetRef"]["name"] == name


def test_each_worker_is_scaled_by_its_own_consumer_and_by_what_one_of_them_does_at_once(
    secrets: dict[str, dict[str, str]],
) -> None:
    specs = scaled()
    assert set(specs) == {*WORKERS, "orchestrator"}
    for service, queue in WORKERS.items():
        (trigger,) = specs[service]["triggers"]
        assert (trigger["metadata"]["stream"], trigger["metadata"]["consumer"]) == (S.tasks, queue)
        deployment = named("overlays/production", "Deployment", service)
        slots = environment("overlays/production", deployment, secrets)["GROOVE_SLOTS"]
        assert trigger["metadata"]["lagThreshold"] == slots
        assert specs[service]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]


def test_orchestrators_are_scaled_by_the_sum_of_what_waits_in_all_shares() -> None:
    spec = scaled()["orchestrator"]
    names = [trigger["name"] for trigger in spec["triggers"]]
    assert [trigger["metadata"]["stream"] for trigger in spec["triggers"]] == [S.log] * PARTITIONS
    assert [trigger["metadata"]["consumer"] for trigger in spec["triggers"]] == [
        S.decider(n) for n in range(PARTITIONS)
    ]
    assert spec["advanced"]["scalingModifiers"]["formula"].split(" + ") == names
    assert spec["maxReplicaCount"] == PARTITIONS


def test_whoever_is_scaled_by_others_says_nothing_of_how_many() -> None:
    targets = {
        one["spec"]["scaleTargetRef"]["name"] for one in objects("overlays/production", "HorizontalPodAutoscaler")
    }
    assert targets | set(scaled()) == set(SERVICES)
    assert all("replicas" not in one["spec"] for one in ours("overlays/production").values())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_pod_is_given_longer_to_end_than_its_process_takes(overlay: str, secrets: dict[str, dict[str, str]]) -> None:
    for name, deployment in ours(f"overlays/{overlay}").items():
        told = environment(f"overlays/{overlay}", deployment, secrets)
        container = container_of(deployment)
        before = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        grace = float(told.get("GROOVE_GRACE_S", 1))
        assert pod_of(deployment)["terminationGracePeriodSeconds"] >= before + grace + 10, name
        if name.endswith("-worker"):  # what was asked of a provider is answered before it ends, or it is in doubt
            assert grace > SETTINGS[name].model_fields["google_timeout_s"].default


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_is_probed_where_it_answers_and_has_no_rights(overlay: str) -> None:
    where = f"overlays/{overlay}"
    for name, deployment in ours(where).items():
        container, pod = container_of(deployment), pod_of(deployment)
        ports = {one["name"]: one["containerPort"] for one in container["ports"]}
        for probe, path in (("startupProbe", "/health"), ("livenessProbe", "/health"), ("readinessProbe", "/ready")):
            assert container[probe]["httpGet"]["path"] == path
            assert ports[container[probe]["httpGet"]["port"]] == (8080 if name == "gateway" else 8081)
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["resources"].keys() == {"requests", "limits"}
        assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
        assert named(where, "ServiceAccount", pod["serviceAccountName"])["automountServiceAccountToken"] is False
        assert named(where, "Service", name)["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    budgets = {one["metadata"]["name"] for one in objects(where, "PodDisruptionBudget")}
    assert budgets == (set() if overlay == "dev" else set(SERVICES))


USES = {
    ("GROOVE_NATS_URL",): "pixel-groove/uses-nats",
    ("GROOVE_POSTGRES_URL",): "pixel-groove/uses-postgres",
    ("GROOVE_S3_ENDPOINT",): "pixel-groove/uses-objects",
    ("GROOVE_QDRANT_URL",): "pixel-groove/uses-qdrant",
    ("GROOVE_GATEWAY_URL", "GROOVE_URL"): "pixel-groove/uses-gateway",
    ("GROOVE_HEALTH_URLS",): "pixel-groove/uses-probes",
}


def test_nothing_is_let_through_but_what_a_pod_says_that_it_uses(secrets: dict[str, dict[str, str]]) -> None:
    where = "overlays/production"
    policies = [one["spec"] for one in objects(where, "NetworkPolicy")]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    opened = {label for one in policies if "egress" in one for label in one["podSelector"].get("matchLabels", {})}
    for workload in objects(where, "Deployment", "Job", "CronJob"):
        labels = template_of(workload)["metadata"]["labels"]
        told = environment(where, workload, secrets)
        for names, label in USES.items():
            assert (labels.get(label) == "yes") is any(name in told for name in names), (
                f"{workload['metadata']['name']}: {label}"
            )
            assert label in opened


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_images_are_pinned_to_this_version(overlay: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for workload in objects(f"overlays/{overlay}", "Deployment", "Job", "CronJob"):
        image, _, tag = container_of(workload)["image"].rpartition(":")
        assert image, workload["metadata"]["name"]
        if "/groove/" in f"/{image}":
            assert tag == version


def test_what_differs_between_trying_it_out_and_production_is_what_was_agreed() -> None:
    """The golden file is read in review. Write it anew: GROOVE_GOLDEN=write pytest tests/deploy/test_kubernetes.py."""
    text = "\n".join(differences(*(objects(f"overlays/{one}") for one in OVERLAYS))) + "\n"
    if os.environ.get("GROOVE_GOLDEN") == "write":
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


@functools.cache
def values(chart: str) -> dict[str, Any]:
    return dict(yaml.safe_load((KUBERNETES / "values" / f"{chart}.yaml").read_text()))


def test_charts_are_told_what_the_tests_ran_with() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert compose["nats-1"]["image"] == f"nats:{values('nats')['container']['image']['tag']}"
    assert values("nats")["config"]["jetstream"]["merge"] == {"sync_interval": "always"}
    assert values("nats")["config"]["merge"]["feature_flags"] == {"js_ack_fc_v2": False}
    assert values("nats")["config"]["cluster"]["replicas"] == 3
    assert values("cloudnative-pg")["fullnameOverride"] == "groove-db"
    for file in (KUBERNETES / "values" / "dev").iterdir():
        assert yaml.safe_load(file.read_text()).keys() <= values(file.stem).keys(), "it only makes things smaller"
    assert compose["postgres"]["image"].startswith(f"postgres:{values('cloudnative-pg')['version']['postgresql']}.")


def test_keys_for_kubernetes_are_made_once_and_carry_what_each_user_may_do(tmp_path: Path) -> None:
    files = for_kubernetes(tmp_path)
    before = [one.read_bytes() for one in files]
    assert [one.read_bytes() for one in for_kubernetes(tmp_path)] == before
    (rules,) = [one for one in files if one.name.endswith(".values.yaml")]
    users = yaml.safe_load(rules.read_text())["config"]["merge"]["authorization"]["users"]
    assert len(users) == len({one["nkey"] for one in users}) == len(SERVICES) + 2
    assert all(one["permissions"]["publish"]["allow"] for one in users)
