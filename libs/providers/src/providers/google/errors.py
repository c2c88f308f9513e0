"""Google's refusals in our words. The kind follows the table in Google's documentation; the message is for a person."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from google.genai import errors

from contracts.failures import FailureKind
from contracts.models import Model
from providers.google.asking import NAME
from providers.interface import ProviderError, SubmitInDoubt
from providers.redact import Redactor

_QUOTED = 300
_GATEWAY_TIMEOUT = 504
_REDIRECT, _CLIENT, _SERVER = 300, 400, 500
_BY_CODE: Mapping[int, FailureKind] = {
    401: FailureKind.AUTH,
    402: FailureKind.BILLING,
    403: FailureKind.AUTH,
    404: FailureKind.MODEL_NOT_FOUND,
    408: FailureKind.TRANSIENT,
}
_PLAIN: Mapping[FailureKind, str] = {
    FailureKind.AUTH: "Google did not accept the key, or it may not use this model. Check it in the settings.",
    FailureKind.BILLING: "Google wants billing set up for this account, or does not serve its region.",
    FailureKind.QUOTA_EXHAUSTED: "Today's quota at Google is used up. It is renewed at midnight, Pacific time.",
    FailureKind.RATE_LIMITED: "Google asks for fewer requests a minute.",
    FailureKind.TRANSIENT: "Google could not answer just now.",
    FailureKind.MODEL_NOT_FOUND: "Google has no model of this name.",
    FailureKind.INVALID_REQUEST: "Google did not take the request.",
    FailureKind.NOT_CONFIGURED: "What answers at Google's address sends elsewhere. Check the base URL.",
    FailureKind.PROVIDER_FAILED: "Google answered something that cannot be read.",
}


def unreadable(cost: int = 0) -> ProviderError:
    """Answered, but not in a form that can be read.

    Not in doubt: the call is over, nothing of it is still at work and no later look would find its result, so a
    person asked to settle it could only say "again". It is a failed try like any other, seen, counted and limited.
    `cost` is the estimate when it was Google that answered: having answered 200, it has most likely charged.
    """
    text = "Google answered, but what it sent cannot be read. It may have been charged."
    return ProviderError(FailureKind.PROVIDER_FAILED, text, provider=NAME, cost=cost)


def in_doubt() -> SubmitInDoubt:
    text = "The connection to Google ended before it answered. It may have made the result, and charged for it."
    return SubmitInDoubt(text, provider=NAME)


def translate(error: errors.APIError, model: Model, redactor: Redactor) -> ProviderError:
    """Say an error of the API in our words, without any key that it may echo."""
    body = error.details if isinstance(error.details, dict) else {}
    inner = body.get("error", body)
    told: dict[str, Any] = inner if isinstance(inner, dict) else {}
    details = [item for item in told.get("details", ()) if isinstance(item, dict)]
    if error.code == _GATEWAY_TIMEOUT and "error" not in body:
        # not Google but something on the way gave up waiting; behind it the call may still be running
        return in_doubt()
    kind = _kind(error, told, details)
    message = _PLAIN[kind]
    if kind == FailureKind.MODEL_NOT_FOUND and model.replaced_by:
        kind, message = FailureKind.MODEL_RETIRED, f"{model.id} is gone. Use {model.replaced_by} instead."
    said = _said(error.message, redactor)
    return ProviderError(
        kind,
        f'{message} It said: "{said}"' if said else message,
        provider=NAME,
        retry_after_s=_retry_after(error, details),
        http_status=error.code,
    )


def _kind(error: errors.APIError, told: Mapping[str, Any], details: list[dict[str, Any]]) -> FailureKind:
    match error.code:
        case code if code in _BY_CODE:
            return _BY_CODE[code]
        case 400 if any(item.get("reason") == "API_KEY_INVALID" for item in details):
            return FailureKind.AUTH
        case 400 if told.get("status") == "FAILED_PRECONDITION":
            return FailureKind.BILLING
        case 429:
            return FailureKind.QUOTA_EXHAUSTED if _daily(details) else FailureKind.RATE_LIMITED
        case code if code >= _SERVER:
            return FailureKind.TRANSIENT
        case code if _REDIRECT <= code < _CLIENT:
            return FailureKind.NOT_CONFIGURED  # redirects are not followed: the key would go with them
        case code if code < _REDIRECT:
            return FailureKind.PROVIDER_FAILED
        case _:
            return FailureKind.INVALID_REQUEST


def _daily(details: list[dict[str, Any]]) -> bool:
    return any(
        "PerDay" in str(violation.get("quotaId", ""))
        for item in details
        for violation in item.get("violations", ())
        if isinstance(violation, dict)
    )


def _retry_after(error: errors.APIError, details: list[dict[str, Any]]) -> float | None:
    delays = [str(item["retryDelay"]).removesuffix("s") for item in details if "retryDelay" in item]
    header = getattr(error.response, "headers", {}).get("retry-after")
    for delay in (*delays, *([header] if header else [])):
        with suppress(ValueError):
            return float(delay)
    return None


def _said(message: object, redactor: Redactor) -> str:
    if not isinstance(message, str) or re.search(r"<\s*(!doctype|html|head|body)", message, re.IGNORECASE):
        return ""
    return redactor.scrub(" ".join(message.split()))[:_QUOTED]
