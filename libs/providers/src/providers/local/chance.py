"""Seeded chance: the same parts give the same numbers in every process (`hash()` is salted, so never that)."""

import hashlib

import numpy as np


def chance(*parts: object) -> np.random.Generator:
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
