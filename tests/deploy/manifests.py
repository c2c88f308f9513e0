"""The manifests as `kubectl apply -k` would send them, and what a pod made from them finds."""

import functools
import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from deploy.places import DEPLOY

KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = ("dev", "production")
Manifest = dict[str, Any]


@functools.cache
def rendered(where: str) -> str:
    kubectl = shutil.which("kubectl")
    if kubectl is None and os.environ.get("ALLOW_NO_KUBECTL") == "1":
        pytest.skip("there is no kubectl here")
    if kubectl is None:
        pytest.fail("kubectl was not found, which renders deploy/kubernetes: put it on PATH, or set ALLOW_NO_KUBECTL=1")
    command = [kubectl, "kustomize", str(KUBERNETES / where)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout


@functools.cache
def _all(where: str) -> tuple[Manifest, ...]:
    return tuple(one for one in yaml.load_all(rendered(where), yaml.CSafeLoader) if one)


def objects(where: str, *kinds: str) -> list[Manifest]:
    """Not to be changed: they are shared."""
    return [one for one in _all(where) if not kinds or one["kind"] in kinds]


def named(where: str, kind: str, name: str) -> Manifest:
    (one,) = [one for one in objects(where, kind) if one["metadata"]["name"] == name]
    return one


def template_of(workload: Manifest) -> Manifest:
    return dict(workload["spec"].get("jobTemplate", workload)["spec"]["template"])


def pod_of(workload: Manifest) -> Manifest:
    return dict(template_of(workload)["spec"])


def container_of(workload: Manifest) -> Manifest:
    (one,) = pod_of(workload)["containers"]
    return dict(one)


def environment(where: str, workload: Manifest, secrets: dict[str, dict[str, str]]) -> dict[str, str]:
    """What its process finds.

    Raises:
        KeyError: a ConfigMap or a Secret, or a key in it, that nobody makes.
    """
    maps = {one["metadata"]["name"]: one["data"] for one in objects(where, "ConfigMap")}
    container = container_of(workload)
    env: dict[str, str] = {}
    for source in container.get("envFrom", []):
        env |= maps[source["configMapRef"]["name"]]
    for one in container.get("env", []):
        if "value" in one:
            env[one["name"]] = one["value"]
            continue
        wanted = one["valueFrom"]["secretKeyRef"]
        if wanted.get("optional") and wanted["key"] not in secrets.get(wanted["name"], {}):
            continue
        env[one["name"]] = secrets[wanted["name"]][wanted["key"]]
    return env
