"""What all have in common who do free work of their own, at once: there are no jobs to look after or to look up."""

from collections.abc import Mapping
from typing import Any

from contracts.failures import FailureKind
from providers.doubt import DoubtPolicy
from providers.interface import CancelOutcome, Done, Job, Pending, ProviderError


class AtOnce:
    """The part of `interface.Provider` that says so. What does the work adds `name`, `prepare` and `submit`."""

    name = "here"
    lookup_lag_s: float | None = None
    doubt: DoubtPolicy = "ask"
    key_window_s: float | None = None

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        raise self._never(f"This is done at once; there is no job {handle} to look after.")

    async def find(self, key: str) -> Job | Done | None:
        raise self._never(f"This is not looked up ({key}); it can simply be done again.")

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome:  # noqa: ARG002  the interface's
        return "unsupported"

    async def close(self) -> None:
        """Nothing is kept open."""

    def _never(self, message: str) -> ProviderError:
        return ProviderError(FailureKind.UNSUPPORTED, message, provider=self.name)
