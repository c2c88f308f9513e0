"""A small HTTP server that answers as it is told, cuts connections when it is told, and remembers what it was asked."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def bytes(self) -> bytes:
        return self.raw if self.raw is not None else b"" if self.body is None else json.dumps(self.body).encode()


class Cut:
    """The connection is cut instead of an answer."""


@dataclass(frozen=True)
class Streamed:
    """Chunks of a body; then its proper end, or a cut."""

    chunks: tuple[bytes, ...]
    cut: bool = False


Answer = Reply | Cut | Streamed
Script = Callable[[Seen], Answer]


class Server:
    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._scripts: dict[tuple[str, str], Script] = {}
        outer = self

        class Handler(_Handler):
            server_of_tests = outer

        self._http = _Threads(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def on(self, method: str, path: str, *answers: Answer | Script) -> None:
        """One answer after the other; the last one again and again."""
        left = list(answers)

        def script(seen: Seen) -> Answer:
            answer = left.pop(0) if len(left) > 1 else left[0]
            return answer(seen) if callable(answer) else answer

        self._scripts[method, path.rstrip("/")] = script

    def answer(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        script = self._scripts.get((seen.method, seen.path.rstrip("/")))
        return script(seen) if script else problem(404, "unknown-path", f"Nothing at {seen.method} {seen.path}.")

    def asked(self, method: str, path: str) -> list[Seen]:
        return [seen for seen in self.seen if (seen.method, seen.path.rstrip("/")) == (method, path.rstrip("/"))]

    @contextmanager
    def serving(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()


def problem(status: int, type_: str, detail: str, *errors: dict[str, Any], **headers: str) -> Reply:
    body = {"type": f"/problems/{type_}", "title": type_, "status": status, "detail": detail, "errors": list(errors)}
    return Reply(status, body, {"Content-Type": PROBLEM, **{k.replace("_", "-"): v for k, v in headers.items()}})


class _Threads(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of an answer is nothing to report."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_tests: Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
        self.close_connection = True
        match self.server_of_tests.answer(seen):
            case Reply() as reply:
                self._reply(reply)
            case Streamed() as streamed:
                self._stream(streamed)
            case Cut():
                pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  their names in http.server

    def _reply(self, reply: Reply) -> None:
        content = reply.bytes()
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), "Connection": "close"}
        for name, value in {**headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, streamed: Streamed) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in streamed.chunks:
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
        if not streamed.cut:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass
