"""How prompts are written for the families of models, from `data/conventions.json`; and what a prompt says already."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["lens", "light", "composition", "motion", "palette", "mood"]


class Family(BaseModel):
    """Models that read prompts in the same way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    match: str
    """A pattern that its models' names contain."""
    kind: Literal["picture", "video"]
    form: Literal["sentences", "phrases", "tags"]
    words: int
    """About how long a prompt may be before its end is lost on the model."""
    order: tuple[Kind, ...]
    """Of what is added after the subject."""
    camera: str
    light: str
    lens: str
    motion: str = ""
    negative: Literal["separate", "none", "unknown"]
    """Whether what is unwanted has a parameter of its own."""
    unwanted: tuple[str, ...] = ()
    """Words that usually stand there."""
    source: str

    @property
    def needed(self) -> tuple[Kind, ...]:
        """What a prompt must speak of to be complete."""
        return ("light", "composition", "lens", "motion") if self.kind == "video" else ("light", "composition", "lens")


GENERAL: Final = "general"
_SAYS: Final[dict[Kind, re.Pattern[str]]] = {
    "lens": re.compile(
        r"\b\d{2,3}\s?mm\b|\blens\b|\bbokeh\b|depth of field|wide-angle|anamorphic|\bf/\d", re.IGNORECASE
    ),
    "light": re.compile(
        r"\b(?:(?:sun|moon|day|star|candle|lamp|fire|back|key|rim|side|spot|flood|sky|torch|street|half)[- ]?)?"
        r"light(?:s|ing)?\b(?!\s+(?:blue|green|gr[ea]y|brown|pink|rain|snow|breeze|bulb))"
        r"|\b(?:sun|moon|candle|back|lamp|low|rim|softly |well-)?lit\b|\b(?:sunrise|sunset|dawn|dusk|twilight)\b"
        r"|\b(?:golden|blue|magic)[- ]hour\b|\bovercast\b|\bshadows?\b|\bglow(?:ing)?\b|\b(?:mid)?night\b|\bnoon\b"
        r"|\bneon\b|\bsunny\b|\bsunshine\b|\bsilhouetted\b",
        re.IGNORECASE,
    ),
    "composition": re.compile(
        r"\bcomposition\b|\bframing\b|\bframed\b|\bforeground\b|\bmiddle ground\b|\bhorizon\b"
        r"|\b(?:left|right|upper|lower) third\b|\brule of thirds\b"
        r"|\bleading lines?\b|\bclose-?\s?up\b|\b(?:wide|medium|long|full|establishing|over-the-shoulder) shot\b"
        r"|\b(?:low|high|dutch|eye-level) angle\b|\bbird'?s[- ]eye\b|\baerial\b|\btop-down\b|\boverhead\b"
        r"|\bsymmetr\w+|\bcent(?:red|ered)\b|\bnegative space\b|\bopen space\b|\beye level\b"
        r"|\bfull-body\b|\bpanorama\b",
        re.IGNORECASE,
    ),
    "motion": re.compile(
        r"\bdolly\b|\b(?:slow|gentle|smooth|whip)\s+(?:pan|tilt|zoom|orbit)\b|\bpan(?:s|ning)\b"
        r"|\btilt(?:s|ing)?\s+(?:up|down)"
        r"|\borbit(?:s|ing)?\b|\btracking\b|\bhandheld\b|\blocked-off\b|\bsteadicam\b|\bcrane shot\b|\bpush(?:es)? in\b"
        r"|\bpull(?:s)? back\b|\bzoom(?:s|ing)?\b"
        r"|\bcamera (?:moves|rises|follows|glides|pans|tilts|circles|sinks|holds|stays)"
        r"|\b(?:static|steady|fixed|moving) (?:camera|shot)\b",
        re.IGNORECASE,
    ),
    "palette": re.compile(r"\bpalette\b|\bmonochrome\b|\bblack and white\b|\btones\b", re.IGNORECASE),
    "mood": re.compile(r"\bmood\b|\batmosphere\b", re.IGNORECASE),
}
_DRAWN: Final = re.compile(
    r"\b(?:watercolou?r|gouache|oil painting|painting|painted|sketch|drawing|drawn|illustration|cartoon|anime"
    r"|manga|comic|ink|woodcut|linocut|engraving|pixel art|8-bit"
    r"|low[- ]poly|paper[- ]?cut|vector|line art|mosaic|stained glass)\b",
    re.IGNORECASE,
)


@cache
def families() -> tuple[Family, ...]:
    raw = json.loads((files("providers") / "data" / "conventions.json").read_text("utf-8"))
    return tuple(Family.model_validate(row) for row in raw["families"])


def known(target: str) -> Family | None:
    """The family of a model, by its name. None: nobody knows it."""
    name = target.strip().casefold()
    return next((one for one in families() if name and re.search(one.match, name)), None)


def family_of(target: str) -> Family:
    """The family of a model; the general one for a name that is empty or unknown."""
    return known(target) or next(one for one in families() if one.id == GENERAL)


def says(text: str, kind: Kind) -> bool:
    """Whether a prompt speaks of it. A drawing has no lens."""
    return bool(_SAYS[kind].search(text)) or (kind == "lens" and bool(_DRAWN.search(text)))


def lacks(text: str, family: Family) -> tuple[Kind, ...]:
    """What a prompt does not speak of and should, for models of this family. Nothing: it is complete."""
    plain = " ".join(text.split())
    return tuple(kind for kind in family.needed if not says(plain, kind))
