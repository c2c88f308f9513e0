"""Reads deploy/compose.yaml as compose does: anchors, merges, `${NAME:-default}` and env files."""

import re
from pathlib import Path
from typing import Any

import yaml

from deploy.places import DEPLOY

FILE = DEPLOY / "compose.yaml"
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}")


def variables(path: Path) -> dict[str, str]:
    """Of an env file."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled(text: str, told: dict[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        name, kind, default = match.groups()
        if told.get(name):
            return told[name]
        assert kind == ":-", f"{name} is not made by deploy/keys.py and has no default"
        return str(default)

    return _VARIABLE.sub(one, text)


def read(told: dict[str, str]) -> dict[str, Any]:
    return dict(yaml.safe_load(filled(FILE.read_text(), told)))


def environment(service: dict[str, Any], deploy: Path) -> dict[str, str]:
    """What its process finds. A name without a value is passed on from outside, where nothing is set here."""
    env: dict[str, str] = {}
    for file in service.get("env_file", []):
        env |= variables(deploy / file)
    own: dict[str, str | None] = service.get("environment", {})
    return env | {name: value for name, value in own.items() if value is not None}


def seconds(duration: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([sm])", duration).groups()  # type: ignore[union-attr]
    return int(number) * (60 if unit == "m" else 1)
