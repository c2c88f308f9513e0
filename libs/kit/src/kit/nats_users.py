"""The NATS users of an installation: who they are, and what the server is told of them.

`python -m kit.nats_users --prefix groove --out DIR` writes `authorization.conf` for the server, and one file of
environment per service with its key. Keys that are there already stay as they are.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from contracts.permissions import SERVICES, Permissions, permissions
from contracts.subjects import Subjects
from kit.nkeys import new_seed, public_key

_ANSWER_WITHIN = "30s"
_EVERYTHING = {"publish": ">", "subscribe": ">"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Users:
    """One per service, with its key."""

    prefix: str
    seeds: Mapping[str, str] = field(repr=False)
    strangers: bool = False
    """Whoever has no key may do everything: for tests, which share a server and look on."""

    @classmethod
    def new(cls, prefix: str, *, strangers: bool = False) -> Self:
        return cls(prefix, {service: new_seed() for service in SERVICES}, strangers)

    @classmethod
    def kept(cls, home: Path, prefix: str, *, strangers: bool = False) -> Self:
        """Those of `users.json` there, which is made for its owner alone; a service without a key gets one."""
        file = home / "users.json"
        before: Json = json.loads(file.read_text()) if file.exists() else {}
        seeds: dict[str, str] = {service: before.get(service) or new_seed() for service in SERVICES}
        if seeds != before:
            home.mkdir(parents=True, exist_ok=True)
            write_secret(file, json.dumps(seeds, indent=2))
        return cls(prefix, seeds, strangers)

    def authorization(self) -> str:
        """What goes into the server's configuration. Nothing in it is secret."""
        subjects = Subjects(self.prefix)
        users: list[Json] = [
            {"nkey": public_key(self.seeds[service]), "permissions": _as_configured(permissions(service, subjects))}
            for service in SERVICES
        ]
        if not self.strangers:
            return f"authorization: {_written({'users': users})}\n"
        users.append({"user": "stranger", "password": "stranger", "permissions": _EVERYTHING})
        return f"authorization: {_written({'users': users})}\nno_auth_user: stranger\n"


def write_secret(file: Path, text: str) -> None:
    """Whole or not at all, and for its owner alone."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    fresh.replace(file)


def _as_configured(allowed: Permissions) -> Json:
    answers = {"allow_responses": {"max": 1, "expires": _ANSWER_WITHIN}} if allowed.answers else {}
    deny = {"deny": list(allowed.publish_deny)} if allowed.publish_deny else {}
    return {
        "publish": {"allow": list(allowed.publish), **deny},
        "subscribe": {"allow": list(allowed.subscribe)},
        **answers,
    }


def _written(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)  # nats-server reads JSON, but no \u escapes


def write(prefix: str, out: Path) -> list[Path]:
    """Write everything into a directory, and give the files."""
    users = Users.kept(out, prefix)
    rules = out / "authorization.conf"
    rules.write_text(users.authorization(), "utf-8")
    rules.chmod(0o644)  # nothing in it is secret, and the server runs as another user
    files = [rules]
    for service, seed in users.seeds.items():
        file = out / f"{service}.env"
        write_secret(file, f"GROOVE_NATS_USER={service}\nGROOVE_NATS_SEED={seed}\n")
        files.append(file)
    return files


def run(*, prefix: str, out: Path, as_json: bool) -> int:
    """Do it, and give the exit code."""
    try:
        files = [str(file) for file in write(prefix, out)]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    told = f"{files[0]} is for the server's configuration (include it). Each service has its key in its own file there."
    sys.stdout.write((json.dumps({"files": files}) if as_json else told) + "\n")
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="kit.nats_users", description="Make NATS users, one per service.")
    parser.add_argument("--prefix", default="groove")
    parser.add_argument("--out", type=Path, default=Path("nats-users"))
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    sys.exit(run(prefix=said.prefix, out=said.out, as_json=said.json))


if __name__ == "__main__":
    main()
