"""A gateway and an orchestrator with credits on, a worker that says what the test says, and a Stripe of its own."""

import asyncio
import hashlib
import hmac
import itertools
import json
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from gateway_house import House, serving

import orchestrator.main
import orchestrator.settings
from contracts.base import ProjectId
from contracts.envelope import ReportLetter, seal
from contracts.values import TextValue
from contracts.work import InDoubt, Succeeded
from kit.clock import utc_now
from kit.ids import new_id
from support.bus import provisioned

SIGNING = "whsec_of_the_test"
KEY = "sk_test_canary_9f27"
CREDIT = 1_000_000


@asynccontextmanager
async def paying(settings):
    async with provisioned(settings.nats_url, settings.prefix):
        stop = asyncio.Event()
        own = orchestrator.settings.Settings(
            nats_url=settings.nats_url, prefix=settings.prefix, credits="on", providers="local,fake"
        )
        orchestra = asyncio.create_task(orchestrator.main.serve(own, stop))
        try:
            async with serving(settings) as (it, service, url):
                yield House(it, service, None, url, asyncio.get_running_loop())
        finally:
            stop.set()
            await orchestra


def says(house, run, node, report):
    """As the worker of this node's first attempt."""
    desk = house.service.desk
    subject = desk.subjects.report(ProjectId("default"), run, node)
    letter = ReportLetter(id=new_id(), worker="scripted", report=report)

    async def say():
        seq = await desk.log.append(subject, seal(letter), expected=None, event_id=letter.id)
        assert await desk.tide.reach(seq, 20)

    house.do(say())


def done(cost, basis="reported", attempt=1, word="made"):
    now = utc_now()
    outputs = {"text": (TextValue(text=word),)}
    said = {"outputs": outputs, "cost": cost, "cost_basis": basis, "usage": {"texts": 1.0}}
    return Succeeded(at=now, attempt=attempt, epoch=1, started_at=now, **said)


def doubt(failure):
    return InDoubt(at=utc_now(), attempt=1, epoch=1, failure=failure)


def until(look, there):
    """Look until it is there: what other processes do sets no event here."""
    for _ in range(2_000):
        found = look()
        if there(found):
            return found
        time.sleep(0.01)
    raise AssertionError(f"it never came: {found}")


# Stripe


@dataclass
class Stripe:
    """Speaks what the library speaks for checkout sessions, and keeps what it was asked."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sessions: dict[str, dict] = field(default_factory=dict)
    broken: bool = False
    _ids: itertools.count = field(default_factory=lambda: itertools.count(1))

    def create(self, form, headers):
        self.asked.append(form)
        self.headers.append(headers)
        if self.broken:
            message = f"Invalid API Key provided: {KEY}"
            return 401, {"error": {"type": "invalid_request_error", "message": message}}
        key = headers["Idempotency-Key"]
        if key not in self.sessions:
            id_ = f"cs_test_{new_id()}"
            self.sessions[key] = {
                "id": id_,
                "object": "checkout.session",
                "mode": form["mode"],
                "status": "open",
                "payment_status": "unpaid",
                "client_reference_id": form["client_reference_id"],
                "amount_total": int(form["line_items[0][price_data][unit_amount]"]),
                "currency": form["line_items[0][price_data][currency]"],
                "payment_intent": None,
                "livemode": False,
                "metadata": {"groove_checkout": form["metadata[groove_checkout]"]},
                "url": f"https://checkout.stripe.test/c/pay/{id_}",
            }
        return 200, self.sessions[key]

    def session(self, id_):
        return next(one for one in self.sessions.values() if one["id"] == id_)

    def paid(self, checkout, **changes):
        """The event that tells of it."""
        session = self.sessions[checkout] | {"payment_status": "paid", "payment_intent": f"pi_{checkout}"}
        return event("checkout.session.completed", session | changes)

    def refunded(self, checkout, amount, **changes):
        charge = {"id": f"ch_{checkout}", "object": "charge", "amount_refunded": amount, "currency": "usd"}
        return event("charge.refunded", charge | {"payment_intent": f"pi_{checkout}"} | changes)

    def disputed(self, checkout, amount, status):
        kind = "closed" if status in {"won", "lost"} else "created"
        dispute = {"id": f"dp_{checkout}", "object": "dispute", "amount": amount, "currency": "usd"}
        return event(f"charge.dispute.{kind}", dispute | {"status": status, "payment_intent": f"pi_{checkout}"})


def event(type_, thing):
    return {"id": f"evt_{new_id()}", "object": "event", "type": type_, "livemode": False, "data": {"object": thing}}


def signed(body, secret=SIGNING, at=None):
    """As Stripe signs: its header for these bytes."""
    at = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def hook(api, told, **signing):
    body = json.dumps(told)
    headers = {"stripe-signature": signed(body, **signing), "content-type": "application/json; charset=utf-8"}
    return api.post("/api/webhooks/stripe", content=body, headers=headers)


@contextmanager
def stripe_server():
    vendor = Stripe()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known = self.path == "/v1/checkout/sessions"
            status, said = vendor.create(dict(parse_qsl(body)), dict(self.headers)) if known else (404, {})
            answer = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield vendor
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
