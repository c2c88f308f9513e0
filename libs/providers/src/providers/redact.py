"""Keys stay where they were given: what is said, logged or kept goes through here first."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from pydantic import SecretStr

HIDDEN = "[hidden]"
_LOOKS_LIKE_A_KEY = re.compile(
    r"""AIza[0-9A-Za-z_-]{20,}            # Google API keys
      | ya29\.[0-9A-Za-z_.-]{10,}         # Google access tokens
      | \bsk-[0-9A-Za-z_-]{16,}           # OpenAI and those who copy it
      | (?<=[?&]key=)[^&\s"']+
      | (?i:(?<=bearer\s)[0-9a-z._~+/=-]{8,})
      | (?i:(?<=x-goog-api-key:\s)\S+)""",
    re.VERBOSE,
)
_SHORTEST = 6
"""Characters: hiding anything shorter would hide ordinary words."""


class Redactor:
    """Hides known secrets, and whatever looks like one, in any text."""

    def __init__(self, secrets: Iterable[SecretStr | None] = ()) -> None:
        self._spellings: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.learn(*secrets)

    def learn(self, *secrets: SecretStr | None) -> None:
        """Hide these too, from now on."""
        new = {form for secret in secrets if secret for form in _spellings(secret.get_secret_value())}
        if new <= self._spellings:
            return
        self._spellings |= new
        longest_first = sorted(self._spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)))

    def __repr__(self) -> str:
        return "Redactor()"

    def known(self, text: str) -> str:
        """Hide only the secrets that are known: for texts that belong to the person."""
        return self._known.sub(HIDDEN, text) if self._known else text

    def scrub(self, text: str) -> str:
        """Hide known secrets and whatever looks like a key."""
        return _LOOKS_LIKE_A_KEY.sub(HIDDEN, self.known(text))


def _spellings(secret: str) -> set[str]:
    """As it is, as it stands in a URL, in a JSON string, in base64 and in Python's repr."""
    secret = secret.strip()
    if len(secret) < _SHORTEST:
        return set()
    in_base64 = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, quote(secret, safe=""), secret.encode("unicode_escape").decode(), in_base64}
