"""The front page, for as long as the canvas is not here: what was made last, and what to type next."""

import base64
import hashlib
from html import escape
from string import Template
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from gateway.http.asking import TheDesk, TheUser
from gateway.views.find_assets import AssetFilter
from gateway.views.paging import Page
from gateway.views.read_assets import show

router = APIRouter(include_in_schema=False)
_SHOWN = 12
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
p { opacity: .8; margin-top: .4rem; }
pre { background: #8882; padding: 1rem; border-radius: .6rem; overflow-x: auto; }
ul { list-style: none; padding: 0; display: grid; gap: 1rem; }
@media (min-width: 40rem) { ul { grid-template-columns: repeat(3, 1fr); } }
img { width: 100%; height: auto; border-radius: .6rem; display: block; }
a { color: inherit; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; img-src 'self'; style-src 'sha256-{_STYLE_HASH}'",
    "Cache-Control": "no-store",
}
_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pixel Groove</title>
<style>$style</style>
<h1>Pixel Groove is running</h1>
<p>The canvas in the browser comes with a later release. The API, the live streams and the workers are here.</p>
<pre>groove run examples/main.json --out my-pictures
groove runs
groove watch last</pre>
<p><a href="/openapi.json">API description</a> · <a href="/api/node-types">node types</a> ·
<a href="/api/executions">runs</a> · <a href="/ready">health</a></p>
$pictures
</html>
""")


@router.get("/")
async def welcome(desk: TheDesk, user: TheUser) -> Response:
    found, _ = await desk.shelf.find.page(user, Page(limit=_SHOWN), AssetFilter(type="image"))
    pictures = "".join(_picture(show(row)) for row in found)
    made = f"<h2>Made last</h2><ul>{pictures}</ul>" if pictures else ""
    return HTMLResponse(_PAGE.substitute(style=_STYLE, pictures=made), headers=_HEADERS)


def _picture(item: dict[str, Any]) -> str:
    name, url = escape(str(item.get("name") or "A picture")), escape(str(item["url"]))
    small = escape(str(item.get("thumbnail_url") or item["url"]))
    return f'<li><a href="{url}"><img src="{small}" alt="{name}" loading="lazy"></a></li>'
