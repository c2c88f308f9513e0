"""How much of something in how much time, and what is said of it in headers (draft-ietf-httpapi-ratelimit-headers)."""

import math
import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,6})")


@dataclass(frozen=True)
class Policy:
    """A bucket of `quota` tokens that is filled evenly, all of it in `window_s`."""

    name: str
    quota: int
    window_s: int

    @property
    def per_s(self) -> float:
        return self.quota / self.window_s

    @property
    def lease(self) -> int:
        """Tokens that a gateway takes from the shared bucket at once."""
        return max(1, self.quota // 20)

    @property
    def told(self) -> str:
        return f'"{self.name}";q={self.quota};w={self.window_s}'


@dataclass(frozen=True)
class Verdict:
    """Of one request, under one policy."""

    policy: Policy
    allowed: bool
    left: float
    """About: what other gateways took since is not known here."""

    @property
    def reset_s(self) -> int:
        """Until the next token if there is none, else until the bucket is full."""
        wanted = self.policy.quota - self.left if self.allowed else 1 - self.left
        return max(1, math.ceil(max(0.0, wanted) / self.policy.per_s))

    @property
    def told(self) -> str:
        return f'"{self.policy.name}";r={max(0, math.floor(self.left)) if self.allowed else 0};t={self.reset_s}'


def parse(name: str, written: str) -> Policy | None:
    """Read "600/60"; "off" is no limit.

    Raises:
        ValueError: with a sentence.
    """
    if written.strip().lower() == "off":
        return None
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no rate: write number/seconds, as in 600/60, or off")
    return Policy(name, int(found[1]), int(found[2]))
