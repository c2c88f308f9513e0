"""Makes what is secret in deploy/compose.yaml, once: `make compose-keys`. What is there already stays as it is.

`.env` beside compose.yaml holds passwords, which compose fills in; `compose/nats/` holds one key per service, and what
each may do.
"""
# ruff: noqa: INP001  a script

import argparse
import base64
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from kit.nats_users import write, write_secret

HERE = Path(__file__).resolve().parent


def _word() -> str:
    """Letters first: nats-server takes what looks like a number for one."""
    return f"k{secrets.token_hex(20)}"


def _sealing() -> str:
    return f"compose:{base64.b64encode(secrets.token_bytes(32)).decode()}"


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


def keys(deploy: Path, prefix: str = "groove") -> list[Path]:
    """Write what is missing, and give the files. Values that somebody put into `.env` are kept."""
    file = deploy / ".env"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    there = {line.partition("=")[0].strip() for line in lines}
    missing = [f"{name}={make()}" for name, make in MADE.items() if name not in there]
    if missing:
        write_secret(file, "\n".join([*lines, *missing]) + "\n")
    return [file, *write(prefix, deploy / "compose" / "nats")]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the secrets of deploy/compose.yaml.")
    parser.add_argument("--deploy", type=Path, default=HERE.parent, help="where .env and compose/nats are written")
    for file in keys(parser.parse_args().deploy):
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
