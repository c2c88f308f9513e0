"""The canvas in the browser: one page, and the files that it asks for. Public: the page itself asks who one is."""

import base64
import hashlib
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from gateway.canvas import ASSETS, INDEX, Canvas, File
from gateway.http.problems import Problem

_READ = ["GET", "HEAD"]
_FOREVER = "public, max-age=31536000, immutable"
_COMMON = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; }
pre { background: #8882; padding: 1rem; border-radius: .6rem; overflow-x: auto; }
a { color: inherit; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_UNBUILT = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pixel Groove</title>
<style>{_STYLE}</style>
<h1>Pixel Groove is running, without its canvas</h1>
<p>The canvas has not been built here. In the directory of Pixel Groove:</p>
<pre>make canvas</pre>
<p>Then load this page again; nothing needs a restart. <code>GROOVE_CANVAS</code> names the directory of a
build that lies elsewhere.</p>
<p>The API, the live streams and the workers are here: <code>groove run examples/main.json</code> ·
<a href="/openapi.json">API description</a> · <a href="/ready">health</a></p>
</html>
"""
_UNBUILT_HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


def policy(uploads: str | None) -> str:
    """What the page may load and reach: this server, and the object store at `uploads` (a URL), nothing else.

    React sets styles by CSSOM, which needs no `unsafe-inline`.
    """
    store = urlsplit(uploads or "")
    reached = f" {store.scheme}://{store.netloc}" if store.netloc else ""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' blob: data:{reached}",
        "media-src": f"'self' blob:{reached}",
        "font-src": "'self'",
        "connect-src": f"'self'{reached}",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def router(canvas: Canvas, uploads: str | None) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    rules = policy(uploads)

    @routes.api_route("/", methods=_READ)
    async def page(request: Request) -> Response:
        index = canvas.find(INDEX)
        if index is None:
            return HTMLResponse(_UNBUILT, headers=_COMMON | _UNBUILT_HEADERS)
        return _sent(request, index, {"cache-control": "no-cache", "content-security-policy": rules})

    @routes.api_route(f"/{ASSETS}/{{path:path}}", methods=_READ)
    async def asset(request: Request, path: str) -> Response:
        return _sent(request, _known(canvas, f"{ASSETS}/{path}"), {"cache-control": _FOREVER})

    @routes.api_route("/mark.svg", methods=_READ)
    async def mark(request: Request) -> Response:
        return _sent(request, _known(canvas, "mark.svg"), {"cache-control": "no-cache"})

    return routes


def _known(canvas: Canvas, path: str) -> File:
    file = canvas.find(path)
    if file is None:
        raise Problem(404, "not-found", "The canvas has no such file. After an upgrade, load the page again.")
    return file


def _sent(request: Request, file: File, headers: dict[str, str]) -> Response:
    coding = _coding(request.headers.get("accept-encoding", ""), file)
    tag = f'"{file.sha256[:32]}{f"-{coding}" if coding else ""}"'
    headers = _COMMON | headers | {"etag": tag, "vary": "accept-encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if coding is None:
        return Response(file.body, headers=headers, media_type=file.mime)
    return Response(file.packed[coding], headers=headers | {"content-encoding": coding}, media_type=file.mime)


def _coding(accepted: str, file: File) -> str | None:
    return next((coding for coding in file.packed if coding in _wanted(accepted)), None)


def _wanted(accepted: str) -> set[str]:
    """The content codings of an Accept-Encoding, without those of quality 0."""
    parts = [one.replace(" ", "").partition(";q=") for one in accepted.lower().split(",")]
    return {name for name, _, quality in parts if quality.strip("0.") or not quality}
