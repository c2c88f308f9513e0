"""How Gemini is told to go about it: system instructions."""

from providers import conventions, enhancing
from providers.interface import Request


def enhancer(request: Request) -> str:
    """For refining a prompt in the conventions of the model that it is for."""
    target = enhancing.target_of(request)
    family = conventions.family_of(target)
    form = {"sentences": "whole sentences", "phrases": "phrases with commas", "tags": "short tags with commas"}[
        family.form
    ]
    said = [
        f"You refine prompts for {target or 'an image model'}.",
        "Keep the intent, the subjects and every detail that is named.",
        f"Add what is missing of: {', '.join(family.order)}. The subject comes first, then these in order, in {form}.",
        f"Camera: {family.camera} Light: {family.light} Lens: {family.lens} A drawing or painting has no lens.",
    ]
    if family.motion:
        said.append(f"Motion: {family.motion}")
    if family.negative != "unknown":
        where = "belongs into a parameter of its own" if family.negative == "separate" else "cannot be said"
        said.append(f"What is unwanted {where}: add no negations, say what is there.")
    if kept := enhancing.precious(request):
        said.append(f"These stay word for word, each character of them: {' | '.join(kept)}")
    said.append("If a picture is given, the prompt is about it.")
    said.append(f"Answer with the refined prompt alone, in at most {family.words} words or the prompt's own length.")
    return " ".join(said)
