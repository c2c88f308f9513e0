"""What differs between two sets of manifests, one line per value, in an order that no renderer decides."""

import re
from collections.abc import Iterator
from typing import Any

from deploy.manifests import Manifest

_HASH = re.compile(r"^(groove[a-z-]*)-[a-z0-9]{10}$")
"""Kustomize adds one to a ConfigMap's name: it says nothing that the contents do not say."""


def differences(old: list[Manifest], new: list[Manifest]) -> list[str]:
    before, after = _leaves(old), _leaves(new)
    lines = []
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            lines.append(f"- {path}: {before[path]}")
        elif path not in before:
            lines.append(f"+ {path}: {after[path]}")
        elif before[path] != after[path]:
            lines.append(f"~ {path}: {before[path]} -> {after[path]}")
    return lines


def _leaves(manifests: list[Manifest]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in manifests:
        name = _HASH.sub(r"\1", one["metadata"]["name"])
        found.update(_flat(f"{one['kind']}/{name}", {k: v for k, v in one.items() if k != "kind"}))
    return found


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(f"{path} {key}", inner)
    elif isinstance(value, list) and value:
        for n, inner in enumerate(value):
            called = inner.get("name") if isinstance(inner, dict) else None
            yield from _flat(f"{path} {called or n}", inner)
    else:
        yield path, _HASH.sub(r"\1", value) if isinstance(value, str) else repr(value)
