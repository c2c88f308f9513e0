"""What every provider does around `prompt_enhance`: leave alone what is complete, keep names, show before and after."""

import re
from dataclasses import replace
from typing import Final

from providers import conventions, keeping
from providers.conventions import Family
from providers.interface import Artifact, Done, Request

ENHANCING: Final = "prompt_enhance"
_UNWANTED: Final = re.compile(
    r"\b(?:no|without|avoid(?:ing)?)\s+(?!one\b|longer\b|more\b|matter\b|doubt\b)"
    r"([^\W\d_][\w' -]{1,40}?)(?=\s+(?:and|or|but|in|at|on|with)\b|[,.;:!?]|$)",
    re.IGNORECASE,
)


def target_of(request: Request) -> str:
    return str(request.params.get("target_model", "")).strip()


def before(request: Request) -> str:
    return str(request.params.get("prompt", ""))


def complete(text: str, target: str) -> bool:
    """Whether nothing is left to add for models of that family."""
    return bool(text.strip()) and not conventions.lacks(text, conventions.family_of(target))


def precious(request: Request) -> tuple[str, ...]:
    """What must stay word for word."""
    return keeping.precious(before(request), [one.name for one in request.characters])


def unchanged(request: Request) -> Done | None:
    """A prompt that is complete, as it is, for nothing. None: there is something to add."""
    prompt, target = before(request), target_of(request)
    if request.operation != ENHANCING or not complete(prompt, target):
        return None
    count = int(request.params.get("count", 1))
    return Done(
        tuple(Artifact(text=prompt) for _ in range(count)),
        notes=(f"Already enhanced for {_called(target)}: it is returned unchanged.", *_unknown(target)),
        response=_shown(prompt, [prompt] * count, target),
    )


def finished(request: Request, done: Done) -> Done:
    """What was made of a prompt, with what it lost put back, its notes, and both texts to compare."""
    if request.operation != ENHANCING:
        return done
    wanted, target, notes = precious(request), target_of(request), []
    artifacts, gone = [], dict[str, None]()
    for artifact in done.artifacts:
        missing = keeping.lost(wanted, artifact.text or "")
        gone |= dict.fromkeys(missing)
        artifacts.append(replace(artifact, text=keeping.restored(artifact.text or "", missing)))
    if gone:
        notes.append(f"Put back word for word, because the answer had lost it: {', '.join(gone)}.")
    shown = _shown(before(request), [one.text or "" for one in artifacts], target)
    return replace(
        done,
        artifacts=tuple(artifacts),
        notes=(*done.notes, f"Enhanced for {_called(target)}.", *_advice(request), *notes),
        response={**done.response, **shown},
    )


def _shown(text: str, made: list[str], target: str) -> dict[str, object]:
    return {"before": text, "after": made[0] if len(made) == 1 else made, "target": target or "any model"}


def _called(target: str) -> str:
    return target or "image models in general"


def _advice(request: Request) -> tuple[str, ...]:
    target = target_of(request)
    family = conventions.family_of(target)
    return (*_unknown(target), *_negative(before(request), family), *_length(before(request), family))


def _unknown(target: str) -> tuple[str, ...]:
    if not target or conventions.known(target):
        return ()
    names = ", ".join(one.title for one in conventions.families() if one.id != conventions.GENERAL)
    return (
        f"How prompts for {target[:80]} are written is not known here, so the general manner was used. Known: {names}.",
    )


def _negative(prompt: str, family: Family) -> tuple[str, ...]:
    unwanted = [match[1].strip() for match in _UNWANTED.finditer(prompt)]
    if family.negative == "separate" and (words := [*unwanted, *family.unwanted]):
        return (
            f"For {family.title} what is unwanted goes into the negative prompt: {', '.join(dict.fromkeys(words))}.",
        )
    if family.negative == "none" and unwanted:
        text = f"{family.title} has no negative prompt: say what is there instead of “no {unwanted[0]}”."
        return (text,)
    return ()


def _length(prompt: str, family: Family) -> tuple[str, ...]:
    words = len(prompt.split())
    if words <= family.words:
        return ()
    return (f"The prompt has {words:,} words; {family.title} follows about {family.words} best.",)
