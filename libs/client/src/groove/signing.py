"""The key with which the commands of this process sign in."""

from contextvars import ContextVar

api_key: ContextVar[str | None] = ContextVar("api_key", default=None)
