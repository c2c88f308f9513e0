"""Google's films as its bytes are: interactions, long-running operations of Vertex, and files with their redirects."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.fakes import google_faults as faults
from providers.fakes.film import mp4
from providers.fakes.google_faults import Fault
from providers.fakes.google_terms import flaw_of_interaction, flaw_of_operation
from providers.fakes.http import Call, Reply, answer

_CLOUD = r"(?P<cloud>projects/[^/]+/locations/[^/]+/)?"
_INTERACTION = re.compile(rf"^/v1[a-z0-9]*/{_CLOUD}interactions(?:/(?P<id>[^/]+))?(?P<cancel>/cancel)?$")
_OPERATION = re.compile(
    r"^/v1[a-z0-9]*/(?P<model>projects/[^/]+/locations/[^/]+/publishers/google/models/[^/:]+)"
    r":(?P<verb>predictLongRunning|fetchPredictOperation)$"
)
_FILE = re.compile(r"^/v1[a-z0-9]*/files/(?P<id>[a-z0-9]+):download$")
_STORED = re.compile(r"^/storage/(?P<id>[a-z0-9]+)$")
_TOKENS_PER_SECOND = {"360p": 1_738, "720p": 5_792, "1080p": 8_688}
_TAKEN = frozenset({"cut", "cut_answer", "malformed", "html", "gateway_timeout", "slow"})
"""Faults of an answer: the job is at work all the same."""

Strike = Callable[..., Fault | None]
Answer = tuple[Reply | None, str]
"""None: the connection is cut. And what became of the call, in a word."""


@dataclass
class Work:
    """One job that was ordered."""

    id: str
    body: Mapping[str, Any]
    fate: Fault | None
    looks: int = 0
    cancelled: bool = False

    def doomed(self, kind: str) -> bool:
        return self.fate is not None and self.fate.kind == kind


class Studio:
    """Makes films. `looks` is how often a job is seen at work before it is done; while `held`, none ever is."""

    def __init__(self, strike: Strike, url: Callable[[], str]) -> None:
        self.looks = 1
        self.held = False
        self.works: dict[str, Work] = {}
        self._strike = strike
        self._url = url

    def knows(self, path: str) -> bool:
        return any(pattern.match(path) for pattern in (_INTERACTION, _OPERATION, _FILE, _STORED))

    async def handle(self, call: Call, body: Any) -> Answer:
        if path := _STORED.match(call.path):
            return self._stored(call, path["id"])
        if not call.headers.get("authorization" if "/projects/" in call.path else "x-goog-api-key"):
            return faults.error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."), "refused"
        if path := _FILE.match(call.path):
            return self._file(path["id"])
        if path := _INTERACTION.match(call.path):
            reply, outcome = await self._interaction(call, path, body)
            return (faults.in_words(reply) if reply and reply.status >= 400 else reply), outcome  # noqa: PLR2004  HTTP
        path = _OPERATION.match(call.path)
        assert path is not None  # noqa: S101  `knows` said so
        return await self._operation(call, path, body)

    async def _interaction(self, call: Call, path: re.Match[str], body: Any) -> Answer:
        if path["id"] is None:
            if flaw := flaw_of_interaction(body, vertex=bool(path["cloud"])):
                return faults.error(400, "INVALID_ARGUMENT", flaw), "refused"
            return await self._order(call, body, "v1_int", _begun)
        work = self.works.get(path["id"])
        if work is None or work.doomed("lost"):
            return faults.error(404, "NOT_FOUND", f"Interaction {path['id']} was not found."), "unknown"
        if path["cancel"]:
            return self._cancel(work)
        if struck := self._at_look(work):
            return struck
        return answer(self._told(work)), "ok"

    def _cancel(self, work: Work) -> Answer:
        if self._over(work):
            return faults.error(400, "FAILED_PRECONDITION", "The interaction is already completed."), "refused"
        work.cancelled = True
        return answer(self._told(work)), "cancelled"

    async def _order(self, call: Call, body: Any, prefix: str, begun: Callable[[Work], dict[str, Any]]) -> Answer:
        """Take an order, unless something goes wrong with it; what goes wrong with its answer leaves it taken."""
        text = json.dumps(body)
        fate = self._strike(text, *faults.FATES)
        fault = self._strike(text)
        work = Work(f"{prefix}{len(self.works) + 1}", body, fate)
        if fault is None or fault.kind in _TAKEN:
            self.works[work.id] = work
        if fault is None or fault.kind == "slow":
            await asyncio.sleep(fault.seconds if fault else 0)
            return answer(begun(work)), fate.kind if fate else "ok"
        if fault.kind == "cut":
            return None, "cut"
        return faults.play(fault, begun(work), call), fault.kind

    def _at_look(self, work: Work) -> Answer | None:
        """What goes wrong with a look, which is then no look at all."""
        fault = self._strike(json.dumps(work.body), *faults.ON_LOOK)
        if fault is None:
            work.looks += 1
            return None
        if fault.kind == "look_cut":
            return None, "look_cut"
        if fault.kind == "look_html":
            return faults.page(), "look_html"
        reply = faults.error(fault.status, fault.google_status, fault.text or "The model is overloaded.")
        headers = {"Retry-After": f"{fault.retry_after_s:g}"} if fault.status == 429 else {}  # noqa: PLR2004  HTTP
        return Reply(reply.status, reply.body, headers=headers), fault.kind

    def _over(self, work: Work) -> bool:
        return work.cancelled or (not self.held and work.looks > self.looks)

    # Interactions

    def _told(self, work: Work) -> dict[str, Any]:
        told = _begun(work)
        if not self._over(work):
            return told
        if work.cancelled or work.doomed("cancelled"):
            return told | {"status": "cancelled"}
        if work.doomed("filtered"):
            reason = {"code": 3, "message": "The video was blocked by safety filters."}
            return told | {"status": "failed", "steps": [{"type": "model_output", "error": reason}]}
        if work.fate and work.doomed("failed"):
            error = {
                "code": f"https://ai.google.dev/errors/{work.fate.google_status.lower()}",
                "message": work.fate.text,
            }
            return told | {"status": "failed", "errors": [error]}
        told["status"] = "completed"
        if work.doomed("nothing"):
            return told | {"usage": {"total_tokens": 0}}
        said: dict[str, Any] = {"type": "text", "text": "I would rather not."}
        content = said if work.doomed("words") else self._content(work)
        steps = [{"type": "thought", "signature": "Abc="}, {"type": "model_output", "content": [content]}]
        return told | {"steps": steps, "usage": _usage(work.body, film=content is not said)}

    def _content(self, work: Work) -> dict[str, Any]:
        item = {"type": "video", "mime_type": "video/mp4"}
        if work.body["response_format"].get("delivery") != "uri":
            return item | {"data": base64.b64encode(self._film(work)).decode()}
        host = work.fate.text if work.fate and work.doomed("foreign") else "https://generativelanguage.googleapis.com"
        name = re.sub(r"[^a-z0-9]", "", work.id)
        return item | {"uri": f"{host}/v1/files/{name}:download?alt=media"}

    def _film(self, work: Work, number: int = 0) -> bytes:
        if "instances" in work.body:
            asked = work.body["parameters"]
            return mp4(f"{work.id} {number}", asked.get("durationSeconds", 7), asked.get("aspectRatio", "16:9"))
        form = work.body["response_format"]
        return mp4(work.id, int(form["duration"].rstrip("s")), form.get("aspect_ratio", "16:9"))

    # Operations

    async def _operation(self, call: Call, path: re.Match[str], body: Any) -> Answer:
        if path["verb"] == "predictLongRunning":
            if flaw := flaw_of_operation(path["model"].rpartition("/")[2], body):
                return faults.error(400, "INVALID_ARGUMENT", flaw), "refused"
            return await self._order(call, body, f"{path['model']}/operations/op", lambda work: {"name": work.id})
        work = self.works.get(str(body.get("operationName")))
        if work is None or work.doomed("lost"):
            return faults.error(404, "NOT_FOUND", "The operation was not found."), "unknown"
        if struck := self._at_look(work):
            return struck
        return answer(self._state(work)), "ok"

    def _state(self, work: Work) -> dict[str, Any]:
        if not self._over(work):
            return {"name": work.id}
        done: dict[str, Any] = {"name": work.id, "done": True}
        if work.fate and work.doomed("failed"):
            return done | {"error": {"code": work.fate.status, "message": work.fate.text}}
        held, many = 0, int(work.body["parameters"].get("sampleCount", 1))
        if work.doomed("filtered") or work.doomed("part"):
            held = many if work.doomed("filtered") else 1
        response: dict[str, Any] = {
            "@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse",
            "raiMediaFilteredCount": held,
        }
        if held:
            response["raiMediaFilteredReasons"] = ["We can't make videos with real people's likenesses."] * held
        if held < many and not work.doomed("nothing"):
            made = [base64.b64encode(self._film(work, n)).decode() for n in range(many - held)]
            response["videos"] = [{"bytesBase64Encoded": one, "mimeType": "video/mp4"} for one in made]
        return done | {"response": response}

    # Files

    def _of_file(self, name: str) -> Work | None:
        return next((work for work in self.works.values() if re.sub(r"[^a-z0-9]", "", work.id) == name), None)

    def _file(self, name: str) -> Answer:
        work = self._of_file(name)
        if work is None or work.doomed("expired"):
            return faults.error(404, "NOT_FOUND", f"File files/{name} was not found, or has expired."), "expired"
        fault = self._strike(json.dumps(work.body), *faults.ON_FILE)
        if fault and fault.kind == "file_error":
            return faults.error(fault.status, fault.google_status, "Not now."), fault.kind
        if fault and fault.kind == "file_html":
            return faults.page(), fault.kind
        if fault and fault.kind == "file_cut":
            return Reply(200, self._film(work), "video/mp4", cut_after=500), fault.kind
        return Reply(302, b"", headers={"Location": f"{self._url()}/storage/{name}?signature=abc"}), "ok"

    def _stored(self, call: Call, name: str) -> Answer:
        work = self._of_file(name)
        if work is None or call.query.get("signature") != "abc":
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml"), "refused"
        return Reply(200, self._film(work), "video/mp4"), "ok"


def _begun(work: Work) -> dict[str, Any]:
    return {
        "id": work.id,
        "object": "interaction",
        "model": work.body["model"],
        "status": "in_progress",
        "role": "model",
        "created": "2026-11-21T00:00:00Z",
        "updated": "2026-11-21T00:00:05Z",
    }


def _usage(body: Mapping[str, Any], *, film: bool) -> dict[str, Any]:
    form = body["response_format"]
    read = len(json.dumps(body["input"])) // 400 + 10
    seconds = int(form["duration"].rstrip("s"))
    made = _TOKENS_PER_SECOND[form.get("resolution", "720p")] * seconds if film else 0
    return {
        "total_tokens": read + made + 30,
        "total_input_tokens": read,
        "total_output_tokens": made + 6,
        "total_thought_tokens": 24,
        "input_tokens_by_modality": [{"modality": "text", "tokens": read}],
        "output_tokens_by_modality": [{"modality": "video", "tokens": made}, {"modality": "text", "tokens": 6}],
    }
