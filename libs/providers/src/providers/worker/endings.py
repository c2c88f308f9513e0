"""How an attempt ends that made nothing, in the words of its report."""

from contracts.failures import Failure, FailureKind
from contracts.work import Failed, InDoubt, Report
from providers.interface import ProviderError, StillAtWork
from providers.worker.claim import Hold
from providers.worker.payload import response_of


def refused(hold: Hold, error: ProviderError) -> Report:
    failure = error.failure()
    if failure.provider is None:
        failure = failure.model_copy(update={"provider": hold.task.provider})
    if failure.kind is FailureKind.IN_DOUBT:
        return _in_doubt(hold, failure)
    if isinstance(error, StillAtWork):
        return _unfinished(hold, failure)
    return Failed(
        **hold.stamp(),
        failure=failure,
        retry_after_s=error.retry_after_s,
        cost=error.cost,
        started_at=hold.begun_at,
        payload=hold.payload,
        response=response_of({"http_status": error.http_status} if error.http_status else {}),
    )


def _in_doubt(hold: Hold, failure: Failure) -> InDoubt:
    """With all that a person needs to look for it at the provider."""
    task, asked = hold.task, hold.asked
    when = f" at {asked.at:%Y-%m-%d %H:%M:%S} UTC under the key {asked.key}" if asked else ""
    what_now = (
        f"{failure.message} It was about to be sent to {task.provider} ({task.model}){when}. Look for it there, "
        "then settle this node: adopt the job if there is one, resubmit it (which may be paid twice), or let it fail."
    )
    return InDoubt(**hold.stamp(), failure=failure.model_copy(update={"message": what_now}))


def _unfinished(hold: Hold, failure: Failure) -> InDoubt:
    """It may still be made, and paid for: a person decides, with the handle at hand."""
    what_now = (
        f"{failure.message} Nothing was sent again. Settle this node: adopt that job to go on waiting for it, "
        "resubmit it (which may be paid twice), or let it fail."
    )
    return InDoubt(**hold.stamp(), failure=failure.model_copy(update={"message": what_now}))


def given_up(hold: Hold, deliveries: int) -> Report:
    """What was sent and may have been paid for is left to a person."""
    provider = hold.task.provider
    if hold.sent:
        message = f"It was sent to the provider, and {deliveries} times its answer could not be handled."
        return _in_doubt(hold, Failure(kind=FailureKind.IN_DOUBT, message=message, provider=provider))
    message = f"It went wrong in an unexpected way {deliveries} times and was given up. The worker's log says why."
    return Failed(
        **hold.stamp(),
        failure=Failure(kind=FailureKind.GAVE_UP, message=message, provider=provider),
        started_at=hold.begun_at,
    )
