"""Users' own keys at work: taken for what they start, asked for by workers, and seen by nobody."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from groove_local.stack import Stack
from support.api import Api
from support.elsewhere import Google
from support.wiretap import Wiretap
from walks.conftest import BADGE_CANARY, CANARY, SEALING_CANARY
from walks.test_google import _answers, _bus, _logs, _processes, painting_and_more, poem

OWN = "own-canary-3Fz8sKe1Qw5Dn7Mb"
"""The key of the user's own account."""
SHOWN = "groove_api-canary-2Pv9xCu4Hj6Ta0"
SESSION = "cookie-canary-7Li5oGy8Rb3Zk1"
"""What a client shows by mistake, where nobody signs in."""


@pytest.fixture
def account(paying: Api) -> Iterator[dict[str, Any]]:
    made = paying.post("/api/accounts", {"name": "mine", "provider": "google", "key": OWN})
    yield made
    paying.http.delete(f"/api/accounts/{made['id']}")


def keys_of(google: Google, word: str) -> list[str]:
    return [call.headers["x-goog-api-key"] for call in google.calls(word)]


def test_what_one_starts_is_done_with_ones_own_key(paying: Api, google: Google, account: dict[str, Any], word: str):
    done = paying.run(poem(word))
    assert done["state"] == "completed", done
    assert keys_of(google, word) == [OWN]
    seen = paying.get(f"/api/accounts/{account['id']}")
    assert seen["last_used_at"] is not None
    assert (seen["health"], seen["last_error"]) == ("ok", None)
    (here,) = [one for one in paying.get("/api/providers")["items"] if one["name"] == "google"]
    assert (here["account"], here["accounts"]) == ("mine", ["mine"])
    assert paying.http.delete(f"/api/accounts/{account['id']}").is_success
    later = paying.run(poem(f"later-{word}"))
    assert later["state"] == "completed", later
    assert keys_of(google, f"later-{word}") == [CANARY], "without an account of one's own it is the installation's"


def test_a_key_that_is_refused_is_said_so_and_a_new_one_is_asked_for(
    paying: Api, google: Google, account: dict[str, Any], word: str
):
    google.will("key_invalid", f"poem {word}")
    failed = paying.run(poem(word))
    assert failed["nodes"]["poem"]["error"]["kind"] == "auth"
    seen = paying.get(f"/api/accounts/{account['id']}")
    assert (seen["health"], seen["last_error"]) == ("failing", "auth")
    changed = paying.http.patch(f"/api/accounts/{account['id']}", json={"key": f"{OWN}-changed"})
    assert (changed.json()["health"], changed.json()["key_last4"]) == ("unknown", "nged")
    assert paying.run(poem(f"again-{word}"))["state"] == "completed"
    assert keys_of(google, f"again-{word}") == [f"{OWN}-changed"]


def test_no_secret_is_to_be_found_anywhere(
    paying: Api, google: Google, google_stack: Stack, wiretap: Wiretap, account: dict[str, Any], word: str
):
    """Of the account, of the worker, of the installation, of a client: also when things go wrong with them."""
    google.will("echo_key", f"paint {word}", status=401, google_status="UNAUTHENTICATED")
    google.will("malformed", f"poem {word}")
    paying.run(painting_and_more(word))
    assert OWN in keys_of(google, word), "it was really used"
    said = _mistakes(paying)
    places = {**said, **_logs(google_stack), **_bus(wiretap), **_answers(paying), **_metrics(google_stack)}
    places |= {place: text for place, text in _processes(google_stack).items() if place.startswith("arguments")}
    places |= {path: paying.http.get(path).content for path in ("/api/accounts", f"/api/accounts/{account['id']}")}
    assert len(places) > 50
    secrets = (OWN, CANARY, BADGE_CANARY, SEALING_CANARY.partition(":")[2], SHOWN, SESSION)
    forms = [form for secret in secrets for form in (secret.encode(), base64.b64encode(secret.encode()).rstrip(b"="))]
    assert [place for place, text in places.items() if any(form in text for form in forms)] == []
    told_to_operators = {**_logs(google_stack), **_metrics(google_stack)}
    assert [place for place, text in told_to_operators.items() if word.encode() in text] == [], (
        "prompts are private too"
    )


def _metrics(stack: Stack) -> dict[str, bytes]:
    found = {}
    for name in set(stack.names()) - {"gateway"}:
        told = Path(f"/proc/{stack.pid(name)}/environ").read_bytes().split(b"\0")
        (port,) = [one.partition(b"=")[2].decode() for one in told if one.startswith(b"GROOVE_HEALTH_PORT=")]
        for path in ("metrics", "ready"):
            found[f"{path} of {name}"] = httpx2.get(f"http://127.0.0.1:{port}/{path}", trust_env=False).content
    assert any(b"groove_provider_calls_total" in text for text in found.values())
    return found


def _mistakes(api: Api) -> dict[str, bytes]:
    """Requests that show secrets where they do not belong, and what is answered."""
    shown = {"Authorization": f"Bearer {SHOWN}", "Cookie": f"groove_session={SESSION}", "Origin": api.url}
    asked = [
        ("GET", "/api/graphs", None),
        ("GET", "/api/nothing", None),
        ("POST", "/api/graphs", {"name": 5}),
        ("POST", "/api/accounts", {"name": "Wrong Name", "provider": "google", "key": OWN}),
        ("POST", "/api/accounts", {"name": "wrong", "provider": "google", "key": f"{OWN} {OWN}"}),
        ("POST", "/api/accounts", {"name": "mine", "provider": "google", "key": OWN}),
        ("POST", "/api/accounts", {"name": "wrong", "provider": "google", "key": [OWN], "base": OWN}),
        ("GET", "/internal/accounts/local/mine/key", None),
    ]
    answers = [(path, api.http.request(method, path, json=body, headers=shown)) for method, path, body in asked]
    return {f"{n} {path}": str(a.headers).encode() + a.content for n, (path, a) in enumerate(answers)}
