"""Calls about jobs: one that orders, sent once; and those that look after it, which may be repeated."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx2
from google.auth import exceptions as auth
from google.genai import errors
from google.genai._gaos.lib import compat_errors as interactions
from google.genai.client import AsyncClient

from contracts.failures import FailureKind
from contracts.models import Model
from providers import wire
from providers.google import errors as ours
from providers.google.asking import NAME, refusal
from providers.google.line import Line
from providers.interface import OutOfSight, ProviderError, SubmitInDoubt

T = TypeVar("T")
Call = Callable[[AsyncClient], Awaitable[T]]
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)
_QUOTED = 300
_OK, _REDIRECT, _CLIENT, _SERVER = 200, 300, 400, 500
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 429})
_LOST_BEHIND = frozenset({502, 504})
"""Said by something on the way about what is behind it."""


async def order(line: Line, model: Model, call: Call[T]) -> T:
    """Order a job, once.

    Raises:
        SubmitInDoubt: it was sent, and no answer came, or none that says what became of it.
        ProviderError: it was not sent, or it was refused.
    """
    trouble: ProviderError
    with wire.watched() as flight:
        try:
            async with asyncio.timeout(line.timeout_s):
                return await call(line.client.aio)
        except (errors.APIError, interactions.APIError) as error:
            trouble = _refused(_plain(error), line, model, sent=flight.sent)
        except auth.TransportError:
            trouble = refusal(FailureKind.TRANSIENT, "Google's sign-in cannot be reached.")
        except auth.GoogleAuthError:
            trouble = refusal(FailureKind.AUTH, "Google did not accept this machine's credentials.")
        except (httpx2.HTTPError, TimeoutError):
            trouble = ours.in_doubt() if flight.sent else _unreached()
        except _UNREADABLE as error:
            said = line.redactor.scrub(str(error))[:_QUOTED]
            unsent = refusal(FailureKind.INVALID_REQUEST, f"The request cannot be sent: {said}")
            trouble = ours.in_doubt() if flight.sent else unsent
    # raised out here, so that it does not carry the vendor's exception, and whatever that quotes, along
    raise trouble


async def look(line: Line, call: Call[T]) -> T:
    """Look at a job, or do to it what may be repeated.

    Raises:
        OutOfSight: not now.
        SubmitInDoubt: Google does not let it be seen with these credentials: a person has to look.
        ProviderError: RESULT_EXPIRED, Google does not know it.
    """
    trouble: ProviderError
    try:
        async with asyncio.timeout(line.timeout_s):
            return await call(line.client.aio)
    except (errors.APIError, interactions.APIError) as error:
        trouble = unseen(_plain(error), line)
    except auth.TransportError:
        trouble = away()
    except auth.GoogleAuthError:
        trouble = hidden("Google did not accept this machine's credentials.")
    except (httpx2.HTTPError, TimeoutError, *_UNREADABLE):
        trouble = away()
    raise trouble


def unseen(error: errors.APIError, line: Line) -> ProviderError:
    """Say what it means for a job that it could not be looked at."""
    known = isinstance(error.details, dict) and "error" in error.details
    told = ours.translate(error, _NOBODY, line.redactor) if known else None
    if error.code in _GONE:
        return refusal(FailureKind.RESULT_EXPIRED, "Google does not know this job any more.")
    if error.code in _LATER or error.code < _CLIENT or error.code >= _SERVER:
        return away(told.retry_after_s if told else None)
    return hidden(str(told) if told else f"Google answered with HTTP {error.code}.")


def away(retry_after_s: float | None = None) -> OutOfSight:
    return OutOfSight("Google could not be asked about a job.", provider=NAME, retry_after_s=retry_after_s)


def hidden(why: str) -> SubmitInDoubt:
    return SubmitInDoubt(f"Google took it, and what became of it cannot be seen. {why}", provider=NAME)


def _refused(error: errors.APIError, line: Line, model: Model, *, sent: bool) -> ProviderError:
    spoken = isinstance(error.details, dict) and "error" in error.details
    if error.code == 0:
        return ours.in_doubt() if sent else _unreached()
    if not spoken and (error.code < _REDIRECT or error.code in _LOST_BEHIND):
        return ours.in_doubt()  # a job may be at work, and its name is not known
    return ours.translate(error, model, line.redactor)


def _plain(error: errors.APIError | interactions.APIError) -> errors.APIError:
    """Give both families one shape. Code 0: no answer came. A 2xx is an answer that cannot be read."""
    if isinstance(error, errors.APIError):
        return error
    code = 0 if isinstance(error, interactions.APIConnectionError) else error.status_code or _OK
    made = errors.APIError(code, _spoken(error.body), getattr(error, "response", None))
    made.code = code
    return made


def _spoken(body: object) -> dict[str, Any]:
    """An error of the Interactions API has a word or a URI for its code; the others have it as their status."""
    inner = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(inner, Mapping):
        return {}
    word = str(inner.get("code") or "").rpartition("/")[2].upper()
    return {"error": {"status": word, **inner}}


def _unreached() -> ProviderError:
    return refusal(FailureKind.TRANSIENT, "Google cannot be reached from here. Nothing was sent.")


_NOBODY = Model(provider=NAME, id="", title="", operations=())
