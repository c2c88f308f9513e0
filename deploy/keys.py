"""Makes what is secret, once. What is there already stays as it is; values that were put into `.env` by hand are taken.

`make compose-keys`: `deploy/.env` holds passwords, which compose fills in; `deploy/compose/nats/` one key per service,
and what each may do.
`make kubernetes-keys OUT=DIR`: the same in DIR, as Secrets (`secrets.yaml`), and as values for the NATS chart.
"""
# ruff: noqa: INP001  a script

import argparse
import base64
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kit.nats_users import Users, write, write_secret

DEPLOY = Path(__file__).resolve().parent
PREFIX = "groove"
NAMESPACE = "groove"


def _word() -> str:
    """Letters first: nats-server takes what looks like a number for one."""
    return f"k{secrets.token_hex(20)}"


def _sealing() -> str:
    return f"first:{base64.b64encode(secrets.token_bytes(32)).decode()}"


MADE: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _word,
    "S3_ACCESS_KEY": _word,
    "S3_SECRET_KEY": _word,
    "QDRANT_API_KEY": _word,
    "NATS_ROUTE_PASSWORD": _word,
    "GROOVE_WORKER_TOKEN": _word,
    "GROOVE_SESSION_SECRET": _word,
    "GROOVE_SECRET_KEYS": _sealing,
    "GRAFANA_PASSWORD": _word,
}
SECRETS = {
    "groove-objects": {"access-key": "S3_ACCESS_KEY", "secret-key": "S3_SECRET_KEY"},
    "groove-workers": {"token": "GROOVE_WORKER_TOKEN"},
    "groove-gateway": {"session-secret": "GROOVE_SESSION_SECRET", "secret-keys": "GROOVE_SECRET_KEYS"},
    "groove-providers": {"google-api-key": "GOOGLE_API_KEY"},
    "groove-qdrant": {"api-key": "QDRANT_API_KEY"},
}
"""Of Kubernetes: which value is under which key. PostgreSQL's is made by CloudNativePG."""


def passwords(file: Path) -> dict[str, str]:
    """What the file says, and what it does not say made anew and added."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    told = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    missing = {name: make() for name, make in MADE.items() if name not in told}
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_secret(file, "\n".join([*lines, *(f"{name}={value}" for name, value in missing.items())]) + "\n")
    return told | missing


def for_compose(deploy: Path) -> list[Path]:
    """Write what is missing, and give the files."""
    passwords(deploy / ".env")
    return [deploy / ".env", *write(PREFIX, deploy / "compose" / "nats")]


def for_kubernetes(out: Path) -> list[Path]:
    """Write what is missing, and give the files."""
    told, users = passwords(out / ".env"), Users.kept(out / "nats", PREFIX)
    manifest, values = out / "secrets.yaml", out / "nats-users.values.yaml"
    write_secret(manifest, "---\n".join(json.dumps(one, indent=2) + "\n" for one in _secrets(told, users)))
    rules = json.loads(users.authorization().removeprefix("authorization:"))
    values.write_text(json.dumps({"config": {"merge": {"authorization": rules}}}, indent=2) + "\n")
    return [out / ".env", manifest, values]


def _secrets(told: dict[str, str], users: Users) -> Iterator[dict[str, Any]]:
    for name, keys in SECRETS.items():
        data = {key: told[value] for key, value in keys.items() if value in told}
        for namespace in (NAMESPACE, *(("qdrant",) if name == "groove-qdrant" else ())):
            yield from _secret(name, namespace, data)
    for service, seed in users.seeds.items():
        yield from _secret(f"nats-{service}", NAMESPACE, {"GROOVE_NATS_SEED": seed})


def _secret(name: str, namespace: str, data: dict[str, str]) -> Iterator[dict[str, Any]]:
    if data:
        metadata = {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/part-of": "pixel-groove"}}
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": data}


def main() -> None:
    parser = argparse.ArgumentParser(description="Make what is secret, once.")
    parser.add_argument("what", choices=["compose", "kubernetes"])
    parser.add_argument("--out", type=Path, help="a directory; for compose that of compose.yaml, unless told otherwise")
    said = parser.parse_args()
    if said.what == "kubernetes" and said.out is None:
        parser.error("say where: --out DIR")
    files = for_compose(said.out or DEPLOY) if said.what == "compose" else for_kubernetes(said.out)
    sys.stdout.writelines(f"{file}\n" for file in files)


if __name__ == "__main__":
    main()
