"""Why a job of Google's came to nothing, in our words, from the codes of google.rpc or of the Interactions API."""

import re

from contracts.failures import FailureKind
from providers.google.asking import NAME
from providers.interface import ProviderError

_QUOTED = 300
_POLICY = re.compile(
    r"safety|polic(y|ies)|prohibit|violat|sensitive|guidelines|responsible ai|likeness|real people|minor|child|blocked",
    re.IGNORECASE,
)
_BY_NUMBER = {
    1: "cancelled",
    3: "invalid",
    4: "transient",
    5: "invalid",
    7: "auth",
    8: "rate",
    9: "invalid",
    10: "transient",
    11: "invalid",
    13: "transient",
    14: "transient",
    16: "auth",
}
_BY_WORD = {
    "safety": "policy",
    "policy": "policy",
    "moderat": "policy",
    "prohibited": "policy",
    "blocked": "policy",
    "cancel": "cancelled",
    "invalid": "invalid",
    "not_found": "invalid",
    "rate": "rate",
    "exhausted": "rate",
    "quota": "rate",
    "internal": "transient",
    "unavailable": "transient",
    "deadline": "transient",
    "timeout": "transient",
    "permission": "auth",
    "auth": "auth",
    "budget": "budget",
    "requires_action": "asks",
    "incomplete": "cut",
    "no_video": "none",
}
_MEANS = {
    "cancelled": (FailureKind.NO_OUTPUT, "The job was cancelled at Google."),
    "invalid": (FailureKind.INVALID_REQUEST, "Google could not make the film from this request."),
    "rate": (FailureKind.RATE_LIMITED, "Google asks for fewer films at once."),
    "transient": (FailureKind.TRANSIENT, "Google could not make the film just now."),
    "policy": (FailureKind.CONTENT_POLICY, "Google's filter held the film back. Say it in other words."),
    "auth": (FailureKind.AUTH, "Google did not let this account make the film."),
    "budget": (FailureKind.BILLING, "The budget that is set at Google is used up."),
    "asks": (FailureKind.NO_OUTPUT, "The model asked something back instead of making the film."),
    "cut": (FailureKind.NO_OUTPUT, "Google stopped before the film was done."),
    "none": (FailureKind.NO_OUTPUT, "Google answered without a film."),
    "failed": (FailureKind.PROVIDER_FAILED, "Google could not make the film."),
}


def verdict(code: object, message: str, cost: int = 0) -> ProviderError:
    """Give the failure of a job that is over.

    Args:
        code: a number of google.rpc, a word or URI of the Interactions API, or None.
        message: Google's own words, which are quoted.
        cost: what is to be paid all the same, in micro-credits.
    """
    means = _meaning(code)
    if means in {"invalid", "failed", "none"} and _POLICY.search(message):
        means = "policy"
    kind, text = _MEANS[means]
    said = " ".join(message.split())[:_QUOTED]
    return ProviderError(kind, f'{text} It said: "{said}"' if said else text, provider=NAME, cost=cost)


def filtered(reasons: list[str], cost: int = 0) -> ProviderError:
    """Give the failure of a job whose films were all held back."""
    return verdict("safety", " ".join(reasons), cost)


def _meaning(code: object) -> str:
    if isinstance(code, int):
        return _BY_NUMBER.get(code, "failed")
    word = str(code or "").rstrip("/").rpartition("/")[2].lower().replace("-", "_")
    if word.isdigit():
        return _BY_NUMBER.get(int(word), "failed")
    return next((means for part, means in _BY_WORD.items() if part in word), "failed")
