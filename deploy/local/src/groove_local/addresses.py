"""Where the servers are. The only thing that differs between this machine and production."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kit.nats import Login


@dataclass(frozen=True)
class S3:
    endpoint: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"


@dataclass(frozen=True)
class Addresses:
    nats_url: str
    postgres_url: str = field(repr=False)
    """Carries a password."""
    s3: S3
    seeds: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of the NATS server's users, by service; none where it asks nobody."""

    def login(self, user: str) -> Login | None:
        return Login(user, self.seeds[user]) if self.seeds else None

    def environment(self, prefix: str, user: str) -> dict[str, str]:
        """What that service reads at start."""
        return {
            **({"GROOVE_NATS_USER": user, "GROOVE_NATS_SEED": self.seeds[user]} if self.seeds else {}),
            "GROOVE_NATS_URL": self.nats_url,
            "GROOVE_PREFIX": prefix,
            "GROOVE_POSTGRES_URL": self.postgres_url,
            "GROOVE_S3_ENDPOINT": self.s3.endpoint,
            "GROOVE_S3_BUCKET": self.s3.bucket,
            "GROOVE_S3_ACCESS_KEY": self.s3.access_key,
            "GROOVE_S3_SECRET_KEY": self.s3.secret_key,
            "GROOVE_S3_REGION": self.s3.region,
        }


@contextlib.contextmanager
def told(data: Path, environment: dict[str, str]) -> Iterator[None]:
    """For commands that work beside the services: DATA/run/addresses.json, while it runs, for its owner alone."""
    file = data / "run" / "addresses.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(environment, out, indent=2)
    fresh.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
