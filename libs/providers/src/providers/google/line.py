"""The line to Google: one call, sent once, and what became of it."""

import asyncio
import json

import httpx2
from google import genai
from google.auth import exceptions as auth
from google.genai import errors, types
from google.oauth2.credentials import Credentials
from pydantic import SecretStr

from contracts.failures import FailureKind
from contracts.models import Model
from providers import wire
from providers.google import errors as ours
from providers.google.asking import Ask, refusal
from providers.interface import ProviderError
from providers.redact import Redactor
from providers.registry import Vertex

GEMINI_API = "https://generativelanguage.googleapis.com"


class Line:
    """A client of the Gemini API or of Vertex that never retries and knows whether it has sent."""

    def __init__(
        self, *, api_key: SecretStr | None, vertex: Vertex | None, base_url: str | None, timeout_s: float
    ) -> None:
        self.timeout_s = timeout_s
        self.base_url = base_url or (None if vertex else GEMINI_API)
        """None: wherever the SDK finds Vertex."""
        self.key = None if vertex else api_key
        self.http = wire.client(timeout_s)
        self.redactor = Redactor([api_key, vertex.token if vertex else None])
        # kept for life: a client that is collected closes its connections under a running call
        self.client = _client(api_key, vertex, self._options(base_url, vertex))

    def __repr__(self) -> str:
        return "Line()"

    def _options(self, base_url: str | None, vertex: Vertex | None) -> types.HttpOptions:
        return types.HttpOptions(
            base_url=base_url or (None if vertex else GEMINI_API),
            timeout=int(self.timeout_s * 1000),
            # the SDK's own client would try again, follow redirects with the key in hand, and prefer aiohttp,
            # which retries once in silence: an own client switches all of that off
            retry_options=types.HttpRetryOptions(attempts=1),
            httpx_async_client=self.http,
            client_args={"verify": wire.tls()},
        )

    async def generate(self, model: Model, ask: Ask) -> types.GenerateContentResponse:
        """Ask once.

        Raises:
            SubmitInDoubt: it was sent, and no answer came.
            ProviderError: it was not sent, or it was refused.
        """
        trouble: ProviderError
        with wire.watched() as flight:
            try:
                async with asyncio.timeout(self.timeout_s):
                    return await self.client.aio.models.generate_content(
                        model=model.id,
                        contents=types.Content(role="user", parts=list(ask.parts)),
                        config=ask.config,
                    )
            except errors.APIError as error:
                trouble = ours.translate(error, model, self.redactor)
            except auth.TransportError:
                trouble = refusal(FailureKind.TRANSIENT, "Google's sign-in cannot be reached.")
            except auth.GoogleAuthError:
                trouble = refusal(FailureKind.AUTH, "Google did not accept this machine's credentials.")
            except (httpx2.HTTPError, TimeoutError):
                trouble = ours.in_doubt() if flight.sent else _unreached()
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                trouble = self._confused(error, model, ask, sent=flight.sent)
        # raised out here, so that it does not carry the vendor's exception, and whatever that quotes, along
        raise trouble

    def _confused(self, error: Exception, model: Model, ask: Ask, *, sent: bool) -> ProviderError:
        """The SDK gave up: on the answer, if it had sent; else on the request."""
        if not sent:
            return refusal(FailureKind.INVALID_REQUEST, self.redactor.scrub(f"The request cannot be sent: {error}"))
        # a page of HTML is not from Google's machine room but from something on the way, which bills nobody
        page = isinstance(error, json.JSONDecodeError) and error.doc.lstrip().startswith("<")
        made = {"IMAGE": "text_to_image", "AUDIO": "text_to_speech"}
        likely = [made.get(str(kind), "") for kind in ask.config.response_modalities or ()] or ["text_to_text"]
        return ours.unreadable(0 if page else model.estimates.get(likely[0], 0))

    async def close(self) -> None:
        await self.client.aio.aclose()
        await self.http.aclose()
        await asyncio.to_thread(self.client.close)


def _unreached() -> ProviderError:
    return refusal(FailureKind.TRANSIENT, "Google cannot be reached from here. Nothing was sent.")


def _client(api_key: SecretStr | None, vertex: Vertex | None, options: types.HttpOptions) -> genai.Client:
    if vertex:
        token = Credentials(token=vertex.token.get_secret_value()) if vertex.token else None  # type: ignore[no-untyped-call]  # google-auth is untyped
        return genai.Client(
            enterprise=True, project=vertex.project, location=vertex.location, credentials=token, http_options=options
        )
    key = api_key.get_secret_value().strip() if api_key else ""
    if not key:
        raise refusal(FailureKind.NOT_CONFIGURED, "There is no key for Google. Set GOOGLE_API_KEY.")
    if not (key.isascii() and key.isprintable()) or " " in key:
        # an HTTP library would say which character of which header is wrong, and quote the key
        raise refusal(FailureKind.NOT_CONFIGURED, "The key for Google has characters that no key has. Copy it again.")
    return genai.Client(enterprise=False, api_key=key, http_options=options)
