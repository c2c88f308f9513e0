"""Holds kinds that Kubernetes does not know against models made from their definitions: `crds.py FILE...`.

What a model does not know it drops: so what comes back must be what went in, and a slip of the pen is found.
"""
# ruff: noqa: INP001  a script, run in .venv-deploy

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule
from pydantic import ValidationError

MODELS = {
    ("keda.sh/v1alpha1", "ScaledObject"): ScaledObject,
    ("monitoring.coreos.com/v1", "PodMonitor"): PodMonitor,
    ("monitoring.coreos.com/v1", "PrometheusRule"): PrometheusRule,
}
OURS = ("apps/", "autoscaling/", "batch/", "networking.k8s.io/", "policy/", "v1")
"""Known to Kubernetes itself: kubernetes-validate looks at them."""


def wrong(manifest: dict[str, Any]) -> str | None:
    """What the definition does not take, or None."""
    model = MODELS.get((manifest["apiVersion"], manifest["kind"]))
    if model is None:
        return None if manifest["apiVersion"].startswith(OURS) else "there is no model to hold it against"
    try:
        back = model.model_validate(manifest).model_dump(by_alias=True, exclude_unset=True, mode="json")
    except ValidationError as error:
        return str(error)
    lost = sorted(_leaves(manifest) - _leaves(back))
    return f"unknown to its definition: {', '.join(lost)}" if lost else None


def _leaves(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {one for key, inner in value.items() for one in _leaves(inner, f"{path}.{key}")}
    if isinstance(value, list):
        return {one for n, inner in enumerate(value) for one in _leaves(inner, f"{path}[{n}]")}
    return {path}


def look(files: list[Path]) -> Iterator[str]:
    looked = 0
    for file in files:
        for manifest in filter(None, yaml.safe_load_all(file.read_text("utf-8"))):
            looked += (manifest["apiVersion"], manifest["kind"]) in MODELS
            if (why := wrong(manifest)) is not None:
                yield f"{file.name}: {manifest['kind']} {manifest['metadata']['name']}: {why}"
    if not looked:
        yield "there was nothing to look at"


def main() -> None:
    parser = argparse.ArgumentParser(description="Hold custom resources against their definitions.")
    parser.add_argument("files", nargs="+", type=Path)
    found = list(look(parser.parse_args().files))
    sys.stdout.writelines(f"{one}\n" for one in found)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
