import io
import json
import logging
from urllib.parse import quote

from pydantic import SecretStr

from kit.logs import JsonLines
from providers.redact import HIDDEN, Redactor
from providers.worker.secrecy import scrub_logs

KEY = "canary/key+42=\\z"


def test_a_known_secret_is_hidden_however_it_is_spelt() -> None:
    redactor = Redactor([SecretStr(KEY)])
    for spelling in (KEY, quote(KEY, safe=""), KEY.replace("\\", "\\\\"), "Y2FuYXJ5L2tleSs0Mj1ceg"):
        assert redactor.scrub(f"key {spelling}!") == f"key {HIDDEN}!"


def test_what_looks_like_a_key_is_hidden_too() -> None:
    redactor = Redactor()
    assert redactor.scrub("AIzaSyA1234567890abcdefghijkl") == HIDDEN
    assert redactor.scrub("Authorization: Bearer ya29.abc.def") == f"Authorization: Bearer {HIDDEN}"
    assert redactor.scrub("https://x/y?key=12&z=1") == f"https://x/y?key={HIDDEN}&z=1"
    assert redactor.scrub("x-goog-api-key: abc") == f"x-goog-api-key: {HIDDEN}"


def test_ordinary_words_and_very_short_secrets_are_left_alone() -> None:
    assert Redactor([SecretStr("a"), None]).scrub("a key to the city") == "a key to the city"


def test_the_persons_own_text_loses_only_known_secrets() -> None:
    text = "write Bearer abcdefghijk on the wall"
    assert Redactor([SecretStr(KEY)]).known(text) == text


def test_no_log_record_passes_with_a_secret() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines("worker"))
    logger = logging.getLogger("scrubbed")
    logger.addHandler(handler)
    logger.propagate = False
    scrub_logs(Redactor([SecretStr(KEY), None]), logger)
    try:
        raise_with(KEY)
    except ValueError:
        logger.exception("failed with %s", KEY, extra={"request": KEY})
    finally:
        logger.removeHandler(handler)
    line = json.loads(out.getvalue())
    assert "canary" not in out.getvalue()
    assert (line["message"], line["request"]) == (f"failed with {HIDDEN}", HIDDEN)
    assert f"ValueError: {HIDDEN}" in line["exception"]


def raise_with(words: str) -> None:
    raise ValueError(words)
