"""How Google says no, byte for byte, and how a connection to it breaks."""

import copy
import json
from dataclasses import dataclass
from typing import Any

from providers.fakes.http import Call, Reply, answer

_TYPE = "type.googleapis.com/google.rpc."
FATES = frozenset({"filtered", "failed", "lost", "expired", "foreign", "nothing", "words", "cancelled", "part"})
"""What becomes of a job; decided when it is ordered."""
ON_LOOK = frozenset({"look_error", "look_cut", "look_html"})
ON_FILE = frozenset({"file_error", "file_cut", "file_html"})
JOB_FAULTS = FATES | ON_LOOK | ON_FILE
_HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><p>Try again later.</p></body></html>"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    `cut` and `slow` (the request was read), `block_prompt` `block_output` `finish` `words_only` `thoughts_only`
    `bad_picture` `say` (an answer, but not the one that was wanted), `rate_limited` `quota_day` `key_invalid`
    `echo_key` `error` (refusals), `malformed` `html` `cut_answer` `wrong_type` `redirect` `gateway_timeout` `no_usage`.

    Of jobs: `filtered` `failed` (`status` is Google's code) `lost` `expired` `foreign` (`text` is the address)
    `nothing` `words` `cancelled` `part` (one of several is filtered), decided when it is ordered; `look_error`
    `look_cut` `look_html` when it is looked at; `file_error` `file_cut` `file_html` when its film is fetched.
    """

    kind: str
    times: int = 1
    match: str = ""
    """Only for requests that contain this."""
    reason: str = "SAFETY"
    """Of `block_prompt`, `block_output`, `finish`."""
    text: str = ""
    """Of `say`, `words_only`, `error`."""
    status: int = 503
    google_status: str = "UNAVAILABLE"
    retry_after_s: float = 37.4
    seconds: float = 0.0


def error(status: int, google_status: str, message: str, *details: dict[str, Any]) -> Reply:
    body: dict[str, Any] = {"code": status, "message": message, "status": google_status}
    return answer({"error": body | ({"details": list(details)} if details else {})}, status)


def in_words(reply: Reply) -> Reply:
    """Give an error as the Interactions API puts it: with a URI for its code."""
    told = json.loads(reply.body)["error"] if reply.content_type.startswith("application/json") else {}
    words = {"RESOURCE_EXHAUSTED": "rate_limit", "INVALID_ARGUMENT": "invalid_request", "UNAVAILABLE": "unavailable"}
    if "status" not in told:
        return reply
    word = words.get(told["status"], told["status"].lower())
    body = {"error": told | {"code": f"https://ai.google.dev/errors/{word}"}}
    del body["error"]["status"]
    return Reply(reply.status, json.dumps(body).encode(), headers=reply.headers)


def page() -> Reply:
    """Give what something on the way says instead of Google."""
    return Reply(200, _HTML, "text/html; charset=utf-8")


def play(fault: Fault, good: dict[str, Any], call: Call) -> Reply:
    """Give what is sent instead of a good answer.

    Raises:
        ValueError: there is no such fault.
    """
    for scene in (_refusals, _broken, _other_answers):
        if reply := scene(fault, copy.deepcopy(good), call):
            return reply
    raise ValueError(f"no fault {fault.kind!r}")


def _refusals(fault: Fault, good: dict[str, Any], call: Call) -> Reply | None:
    del good
    key = call.headers.get("x-goog-api-key") or call.headers.get("authorization", "")
    retry = {"@type": _TYPE + "RetryInfo", "retryDelay": f"{fault.retry_after_s:g}s"}
    quota = {
        "@type": _TYPE + "QuotaFailure",
        "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "250"}],
    }
    invalid = {"@type": _TYPE + "ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    match fault.kind:
        case "rate_limited":
            return error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", retry)
        case "quota_day":
            return error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", quota, retry)
        case "key_invalid":
            return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", invalid)
        case "echo_key":
            return error(fault.status, fault.google_status, f"The key {key} (x-goog-api-key: {key}) is not known.")
        case "error":
            return error(fault.status, fault.google_status, fault.text or "The model is overloaded.")
        case _:
            return None


def _broken(fault: Fault, good: dict[str, Any], call: Call) -> Reply | None:
    body = json.dumps(good).encode()
    match fault.kind:
        case "malformed":
            key = call.headers.get("x-goog-api-key", "")
            return Reply(body=f'{{"candidates": [{{"debug": "{key}", '.encode())
        case "cut_answer":
            return Reply(body=body, cut_after=len(body) // 2)
        case "html":
            return Reply(fault.status, _HTML, "text/html; charset=utf-8")
        case "gateway_timeout":
            return Reply(504, _HTML, "text/html; charset=utf-8")
        case "wrong_type":
            return Reply(body=body, content_type="text/plain")
        case "redirect":
            return Reply(307, b"", headers={"Location": fault.text})
        case _:
            return None


def _other_answers(fault: Fault, good: dict[str, Any], call: Call) -> Reply | None:
    candidate = good["candidates"][0]
    match fault.kind:
        case "block_prompt":
            usage = {"promptTokenCount": 4, "totalTokenCount": 4}
            return answer({"promptFeedback": {"blockReason": fault.reason}, "usageMetadata": usage})
        case "block_output":
            good["candidates"] = [{"finishReason": fault.reason, "index": 0}]
        case "finish":
            candidate["finishReason"] = fault.reason
        case "words_only" | "say":
            text = fault.text or "I cannot paint that."
            candidate["content"]["parts"] = [{"text": text.replace("{key}", call.headers.get("x-goog-api-key", ""))}]
        case "thoughts_only":
            candidate["finishReason"] = "MAX_TOKENS"
            candidate["content"]["parts"] = candidate["content"]["parts"][:1]
        case "bad_picture":
            candidate["content"]["parts"] = [{"inlineData": {"mimeType": "image/png", "data": "bm90IGEgcGljdHVyZQ=="}}]
        case "no_usage":
            del good["usageMetadata"]
        case _:
            return None
    return answer(good)
