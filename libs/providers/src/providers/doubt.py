"""What follows when nobody knows whether a paid request was taken: providers say it, a setting may tighten it.

- `resubmit`: the vendor has idempotency keys. The same key sent again within its window is answered with the first's
  result, so sending it again is safe; after the window it is looked up or asked about.
- `look_up`: the vendor finds a request by its key. Its absence, once certain, means that it was never taken.
- `ask`: neither. The node is in doubt until a person settles it.
"""

from collections.abc import Mapping
from typing import Literal, get_args

DoubtPolicy = Literal["resubmit", "look_up", "ask"]
_LOOSE_TO_STRICT: tuple[DoubtPolicy, ...] = get_args(DoubtPolicy)


def parse(setting: str) -> dict[str, DoubtPolicy]:
    """Read "fake=ask,other=look_up".

    Raises:
        ValueError: with a sentence.
    """
    policies: dict[str, DoubtPolicy] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, _, wanted = part.partition("=")
        policy = next((one for one in _LOOSE_TO_STRICT if one == wanted.strip()), None)
        if policy is None or not name.strip():
            raise ValueError(f"{part!r} is no doubt policy: write provider=resubmit, =look_up or =ask.")
        policies[name.strip()] = policy
    return policies


def tightened(name: str, own: DoubtPolicy, wanted: Mapping[str, DoubtPolicy], *, finds: bool) -> DoubtPolicy:
    """Give the policy that counts.

    Raises:
        ValueError: the setting would loosen what the provider can vouch for.
    """
    policy = wanted.get(name, own)
    if _LOOSE_TO_STRICT.index(policy) < _LOOSE_TO_STRICT.index(own):
        raise ValueError(f"{name} can do no more than {own!r} when in doubt; {policy!r} might pay twice.")
    if policy == "look_up" and not finds:
        raise ValueError(f"{name} cannot look requests up: its policy may be 'ask'.")
    return policy
