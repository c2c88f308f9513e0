"""A paid vendor for tests: `python -m providers.fakes.paid --port 0 --ledger FILE`.

    POST /jobs {key, operation, model, params, seed, inputs, characters?}
                                                         every POST is a submission, taken and billed again,
                                                         unless its key was taken within the last `key_window_s`
    GET  /jobs/{id}      GET /jobs/{id}/results/{n}      POST /jobs/{id}/cancel
    GET  /lookup?key=    the jobs that came of a key
    GET  /ledger         every submission, how many were taken per key, what was billed
    POST /faults {kind, times?, match?, retry_after_s?, seconds?}    DELETE /faults
    POST /settings {seconds?, lookup_lag_s?, key_window_s?}   how long a job takes, how long lookup is blind to it,
                                                         how long a key is remembered (0: not at all)
    POST /faces {pictures: [base64, ...], match?}        the results of the next jobs that paint, in this order, one for
                                                         each; `match` as of faults. Then it paints its own again
    POST /reset

Kinds of fault. Not taken, not billed: any of `REFUSALS`, and `lost` (hangs up). Taken and billed: `cut` (hangs up),
`malformed` (answers rubbish), `slow` (answers after `seconds`), `fail` (the job fails in the end).
A prompt with `FORBIDDEN` in it is refused by content policy.
"""

import argparse
import asyncio
import base64
import json
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.models import Model
from kit import media
from kit.clock import Clock, utc_now
from providers import catalogue
from providers.fakes.http import Call, HangUp, Reply, Server, answer
from providers.fakes.ledger import Fault, Ledger, Order
from providers.fakes.picture import png, size_of

FORBIDDEN = "FORBIDDEN"
REFUSALS = {
    "auth": 401,
    "billing": 402,
    "content_policy": 422,
    "invalid_request": 400,
    "rate_limited": 429,
    "quota_exhausted": 429,
    "capacity": 529,
    "transient": 503,
}
_TAKEN = frozenset({"cut", "malformed", "slow", "fail"})
KINDS = frozenset({*REFUSALS, *_TAKEN, "lost"})
_WRITING = frozenset({"text_to_text", "prompt_enhance", "image_to_text"})
_LARGEST = 512
"""Pixels on a side."""


class PaidVendor:
    """The vendor itself: `handle` answers calls, all that it knows is in the ledger."""

    def __init__(self, ledger: Ledger, *, clock: Clock = utc_now, seconds: float = 0.0) -> None:
        self._ledger = ledger
        self._clock = clock
        self._seconds = seconds

    async def handle(self, call: Call) -> Reply:
        match (call.method, call.path.strip("/").split("/")):
            case ("POST", ["jobs"]):
                return await self._submit(call)
            case ("GET", ["jobs", job_id]):
                return self._about(job_id)
            case ("GET", ["jobs", job_id, "results", index]):
                return self._result(job_id, int(index))
            case ("POST", ["jobs", job_id, "cancel"]):
                return self._cancel(job_id)
            case ("GET", ["lookup"]):
                return self._lookup(call.query.get("key", ""))
            case ("GET", ["ledger"]):
                return self._books()
            case _:
                return self._manage(call)

    def _manage(self, call: Call) -> Reply:
        match (call.method, call.path):
            case ("POST", "/faults"):
                fault = Fault(**call.json())
                if fault.kind not in KINDS:
                    return _no("invalid_request", f"no such fault; there are {', '.join(sorted(KINDS))}", 400)
                self._ledger.plan(fault)
            case ("DELETE", "/faults"):
                self._ledger.clear_faults()
            case ("POST", "/settings"):
                for name, value in call.json().items():
                    self._ledger.set(name, value)
            case ("POST", "/faces"):
                told = call.json()
                self._ledger.give([base64.b64decode(one) for one in told["pictures"]], str(told.get("match", "")))
            case ("POST", "/reset"):
                self._ledger.reset()
            case _:
                return _no("invalid_request", f"nothing at {call.method} {call.path}", 404)
        return answer({"ok": True})

    async def _submit(self, call: Call) -> Reply:
        try:
            request = call.json()
            key, operation, prompt = request["key"], request["operation"], str(request["params"].get("prompt", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return _no("invalid_request", "the body needs key, operation and params", 400)
        model = catalogue.book({"fake"}).find("fake", str(request.get("model", "")))
        if model is None or operation not in model.operations:
            return self._refuse(key, operation, "invalid_request", "no such model")
        if first := self._known(key):
            return self._repeat(first, request, operation)
        if FORBIDDEN in prompt:
            return self._refuse(key, operation, "content_policy", "The prompt is against the rules of the house.")
        fault = self._ledger.strike(f"{operation} {prompt}")
        if fault and fault.kind in REFUSALS:
            return self._refuse(key, operation, fault.kind, f"planned fault: {fault.kind}", fault.retry_after_s)
        if fault and fault.kind == "lost":
            self._ledger.record(key, operation, "lost", at=self._now())
            raise HangUp
        order = self._take(request, model, failure="provider_failed" if fault and fault.kind == "fail" else None)
        return await _spoil(fault, answer({"id": order.id, "state": order.state(self._now())}, 201))

    def _known(self, key: str) -> Order | None:
        since = self._now() - self._ledger.setting("key_window_s", 0.0)
        return next((order for order in self._ledger.orders(key) if order.at > since), None)

    def _repeat(self, first: Order, request: Mapping[str, Any], operation: str) -> Reply:
        """The same key again: the first one's answer, and not billed. With another body it is a mistake."""
        if dict(first.request) != dict(request):
            return self._refuse(first.key, operation, "invalid_request", "this key was used for another request")
        self._ledger.record(first.key, operation, "repeated", at=self._now())
        return answer({"id": first.id, "state": first.state(self._now())}, 200)

    def _take(self, request: Mapping[str, Any], model: Model, *, failure: str | None) -> Order:
        now, key, operation = self._now(), str(request["key"]), str(request["operation"])
        unit = "texts" if operation in _WRITING else "images"
        cost = catalogue.cost_of(model, {unit: _count(request)}, self._clock().date())
        seconds = self._ledger.setting("seconds", self._seconds)
        job_id = f"job-{self._ledger.count() + 1}"
        order = Order(job_id, key, now, seconds, cost, request, failure=failure)
        self._ledger.record(key, operation, "taken", at=now, order=order)
        if operation not in _WRITING:
            self._ledger.hand_out(job_id, f"{operation} {request['params'].get('prompt', '')}", _count(request))
        return order

    def _refuse(self, key: str, operation: str, kind: str, message: str, retry_after_s: float | None = None) -> Reply:
        self._ledger.record(key, operation, kind, at=self._now())
        return _no(kind, message, REFUSALS[kind], retry_after_s)

    def _about(self, job_id: str) -> Reply:
        order = self._ledger.order(job_id)
        return answer(self._told(order)) if order else _no("result_expired", f"no job {job_id}", 404)

    def _told(self, order: Order) -> dict[str, Any]:
        state = order.state(self._now())
        results = range(_count(order.request)) if state == "succeeded" else ()
        return {
            "id": order.id,
            "key": order.key,
            "state": state,
            "progress": order.progress(self._now()),
            "cost": order.cost,
            "error": {"kind": order.failure, "message": "The machine broke."} if state == "failed" else None,
            "results": [f"/jobs/{order.id}/results/{n}" for n in results],
        }

    def _result(self, job_id: str, index: int) -> Reply:
        order = self._ledger.order(job_id)
        if order is None or order.state(self._now()) != "succeeded" or index >= _count(order.request):
            return _no("result_expired", f"no result {index} of {job_id}", 404)
        if order.request["operation"] in _WRITING:
            return Reply(body=_words(order.request, index).encode(), content_type="text/plain; charset=utf-8")
        given = self._ledger.handed_out(job_id, index)
        if given is not None:
            return Reply(body=given, content_type=media.sniff(given) or "application/octet-stream")
        return Reply(body=_picture(order.request, index), content_type="image/png")

    def _cancel(self, job_id: str) -> Reply:
        order = self._ledger.order(job_id)
        if order is None:
            return _no("result_expired", f"no job {job_id}", 404)
        if order.state(self._now()) != "running":
            return answer({"outcome": "too_late"})
        self._ledger.cancel(job_id, self._now())
        return answer({"outcome": "cancelled"})

    def _lookup(self, key: str) -> Reply:
        blind_after = self._now() - self._ledger.setting("lookup_lag_s", 0.0)
        seen = [order for order in self._ledger.orders(key) if order.at <= blind_after]
        return answer({"jobs": [self._told(order) for order in seen]})

    def _books(self) -> Reply:
        submissions = self._ledger.submissions()
        taken = [entry for entry in submissions if entry["job_id"]]
        return answer(
            {
                "submissions": submissions,
                "by_key": Counter(entry["key"] for entry in taken),
                "billed": sum(entry["billed"] for entry in taken),
            }
        )

    def _now(self) -> float:
        return self._clock().timestamp()


async def _spoil(fault: Fault | None, good: Reply) -> Reply:
    """The request was taken; what its sender hears of it is another matter."""
    match fault.kind if fault else "":
        case "cut":
            raise HangUp
        case "malformed":
            return Reply(201, b'{"id": "job', content_type="application/json")
        case "slow":
            await asyncio.sleep(fault.seconds if fault else 0)
    return good


def _no(kind: str, message: str, status: int, retry_after_s: float | None = None) -> Reply:
    headers = {} if retry_after_s is None else {"Retry-After": f"{retry_after_s:g}"}
    body = json.dumps({"error": {"kind": kind, "message": message}}).encode()
    return Reply(status, body, headers=headers)


def _count(request: Mapping[str, Any]) -> int:
    return int(request["params"].get("count", 1))


def _essence(request: Mapping[str, Any], index: int) -> str:
    inputs = [item.get("sha256") for item in request.get("inputs", [])]
    essence = [request["operation"], request["params"], request.get("seed", 0), inputs, index]
    return json.dumps([*essence, *request.get("characters", ())], sort_keys=True)


def _words(request: Mapping[str, Any], index: int) -> str:
    prompt = str(request["params"].get("prompt", "")) or "nothing in particular"
    return f"{request['operation'].replace('_', ' ')} ({index + 1}): {prompt}"


def _picture(request: Mapping[str, Any], index: int) -> bytes:
    params = request["params"]
    width, height = size_of(params.get("aspect_ratio", "1:1"))
    if first := next(iter(request.get("inputs", [])), None):
        factor = params.get("factor", 1)
        width, height = ((first.get(side) or 96) * factor for side in ("width", "height"))
    shrink = min(1.0, _LARGEST / max(width, height))
    return png(_essence(request, index), max(1, round(width * shrink)), max(1, round(height * shrink)))


async def serve(port: int, ledger_path: Path, seconds: float) -> None:
    ledger = Ledger(ledger_path)
    server = Server(PaidVendor(ledger, seconds=seconds).handle, port)
    await server.start()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await server.close()
    ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A paid vendor for tests.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, printed on the first line")
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file, kept from run to run")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long a job takes")
    args = parser.parse_args()
    asyncio.run(serve(args.port, args.ledger, args.seconds))


if __name__ == "__main__":
    main()
