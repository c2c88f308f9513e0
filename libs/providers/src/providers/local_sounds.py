"""Speech and music as the local provider makes them."""

from collections.abc import Callable

from contracts.failures import FailureKind
from contracts.models import LOCAL
from providers.interface import Artifact, ProviderError, Request
from providers.local import voice
from providers.local.music import compose
from providers.local.record import MIME, recorded

SOUNDING = frozenset({"text_to_speech", "text_to_audio"})
NOTE = "Spoken by espeak-ng on this machine, not by a generative model."


def check(request: Request) -> tuple[str, ...]:
    """What is wrong with it is found before it begins. Gives what the person should know.

    Raises:
        ProviderError: NOT_CONFIGURED, INVALID_INPUT or INVALID_REQUEST.
    """
    if request.operation != "text_to_speech":
        return ()
    if not voice.installed():
        raise _no(FailureKind.NOT_CONFIGURED, voice.HOW_TO)
    try:
        voice.readable(text_of(request))
    except voice.NoSpeech as error:
        raise _no(FailureKind.INVALID_INPUT, f"This cannot be spoken: {error}.") from error
    try:
        voice.known(str(request.params.get("voice", "")))
    except voice.NoSpeech as error:
        raise _no(FailureKind.INVALID_REQUEST, f"This cannot be spoken: {error}.") from error
    return (NOTE,)


def text_of(request: Request) -> str:
    return "\n".join(request.texts.get("text", ()))


def sounded(request: Request, seed: int, step: Callable[[float], None]) -> Artifact:
    if request.operation == "text_to_speech":
        sound = voice.speak(text_of(request), voice=str(request.params.get("voice", "")), step=step)
    else:
        seconds = float(request.params.get("duration_s", 8))
        sound = compose(str(request.params.get("prompt", "")), seconds=seconds, seed=seed, progress=step)
    return Artifact(data=recorded(sound), mime=MIME)


def _no(kind: FailureKind, message: str) -> ProviderError:
    return ProviderError(kind, message, provider=LOCAL)
