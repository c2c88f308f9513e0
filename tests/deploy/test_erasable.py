"""An installation that can forget its users: everybody who writes or reads can open what is sealed."""

import os
import re
from pathlib import Path

import pytest
import yaml

from deploy import compose
from deploy.manifests import KUBERNETES, environment, objects
from deploy.places import DEPLOY, SERVICES
from keys import for_compose
from kit.settings import ServiceSettings, read

KUSTOMIZATION = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [{production}]
components: [{erasable}]
"""


def able(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr("os.environ", environment)
    settings = read(ServiceSettings)
    return settings.erasable and settings.secret_keys is not None


def test_on_kubernetes_all_that_speaks_on_the_bus_is_told_how_to_open(
    secrets: dict[str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {"production": "overlays/production", "erasable": "components/erasable"}
    here = {name: os.path.relpath(KUBERNETES / part, tmp_path.resolve()) for name, part in parts.items()}
    (tmp_path / "kustomization.yaml").write_text(KUSTOMIZATION.format(**here))
    where = str(tmp_path)
    told = {
        one["metadata"]["name"]: environment(where, one, secrets)
        for one in objects(where, "Deployment", "Job", "CronJob")
    }
    assert set(told) == {*SERVICES, "provision", "migrate", "tools", "backup", "restore"}
    assert {name for name, env in told.items() if not able(env, monkeypatch)} == {"migrate"}


def test_in_containers_all_that_speaks_on_the_bus_is_told_how_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_compose(tmp_path)
    variables = compose.variables(tmp_path / ".env")
    told = compose.read(variables)["services"]
    over = yaml.safe_load(compose.filled((DEPLOY / "compose.erasable.yaml").read_text(), variables))["services"]
    assert set(over) == {name for name, one in told.items() if re.search(r"/nats/.+\.env", str(one.get("env_file")))}
    for name, more in over.items():
        both = {**told[name], "environment": {**told[name].get("environment", {}), **more["environment"]}}
        assert able(compose.environment(both, tmp_path), monkeypatch), name
