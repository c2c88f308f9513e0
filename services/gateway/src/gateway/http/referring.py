"""Pictures of characters: found, looked at by the face service, and taken as references."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from contracts.base import UserId
from contracts.character import Reference
from contracts.faces import FaceAnswer
from contracts.values import MediaValue
from gateway import casting
from gateway.casting import Decide, Gone, Place, Told, TooMany
from gateway.desk import Desk
from gateway.faces import BadPicture, FacesAway, FacesOff
from gateway.http.asking import is_id
from gateway.http.problems import Problem, invalid, not_found, unavailable
from gateway.users import Caller
from gateway.views.read_assets import value_of
from kit.errors import Conflict

Loc = tuple[str | int, ...]
_VIEW_TIMEOUT_S = 10
_AT_ONCE = 4
"""Pictures that the face service is asked about at the same time, for one request."""


@dataclass(frozen=True)
class Whose:
    """Who asks, about whose things."""

    caller: Caller
    user: UserId

    @property
    def guest(self) -> bool:
        """Let into one project of somebody else: what lies in another is not there for them."""
        return self.caller.user_id != self.user

    def sees(self, project_id: str, here: str) -> bool:
        return not self.guest or project_id == here


@dataclass(frozen=True)
class Looked:
    """A picture as a reference, and what the person should know of it."""

    reference: Reference
    warnings: tuple[str, ...] = ()


async def picture(desk: Desk, whose: Whose, asset_id: str, loc: Loc, project: str | None = None) -> Row[Any]:
    """The asset, which must be a picture.

    Args:
        desk: to find it.
        whose: who asks.
        asset_id: which.
        loc: where the request names it.
        project: that a guest is in; None: that of the asset.
    """
    row = await desk.assets.find(whose.user, asset_id) if is_id(asset_id) else None
    if row is None or row.type == "text" or not whose.sees(row.project_id, project or row.project_id):
        raise not_found("asset")
    if row.type != "image":
        what = {"video": "a film", "audio": "a sound"}[row.type]
        raise invalid(loc, f"{row.name} is {what}; a character is shown by pictures.", "not-an-image")
    return row


async def looked(desk: Desk, user: UserId, asset: MediaValue, index: int | None, loc: Loc) -> Looked:
    """Have the face service look for the face that is the character's."""
    found = await answered(desk.cast.faces.look(user, asset.sha256), loc)
    faces = found.faces
    if index is not None and index >= len(faces):
        has = f"only {len(faces)}" if faces else "no face"
        raise invalid(loc, f"There is no face {index} in {asset.asset_id}: {has} was found, counted from 0.", "no-face")
    face = faces[index or 0] if faces else None
    reference = Reference(asset=asset, face=face, engine=found.engine)
    if index is None and len(faces) > 1:
        said = f"There are {len(faces)} faces in {asset.asset_id}: the largest was taken. face_index takes another."
        return Looked(reference, (said,))
    return Looked(reference)


async def looked_at_all(
    desk: Desk, user: UserId, assets: Sequence[MediaValue], locs: Sequence[Loc]
) -> tuple[tuple[Reference, ...], list[str]]:
    """All of them, or the problem of the first that cannot be."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(asset: MediaValue, loc: Loc) -> Looked:
        async with turn:
            return await looked(desk, user, asset, None, loc)

    done = await asyncio.gather(*map(one, assets, locs))
    return tuple(each.reference for each in done), [said for each in done for said in each.warnings]


async def answered(asking: Any, loc: Loc) -> FaceAnswer:
    """What the face service says, or the problem of why it does not."""
    try:
        answer: FaceAnswer = await asking
    except FacesOff as error:
        raise Problem(503, "faces-not-configured", str(error)) from error
    except FacesAway as error:
        detail = f"{error} Nothing was done: try again."
        raise Problem(503, "faces-away", detail, headers={"Retry-After": "2"}) from error
    except BadPicture as error:
        raise invalid(loc, str(error), "unreadable-picture") from error
    return answer


async def say(desk: Desk, place: Place, actor: str, decide: Decide) -> Told:
    """Have it said of a character, and seen."""
    try:
        seq, told = await desk.cast.casting.say(place, actor, decide)
    except Gone as error:
        raise not_found("character") from error
    except TooMany as error:
        raise invalid(["body"], str(error), "too-many-references") from error
    except Conflict as error:
        raise unavailable("Too many are changing this character at once. Try again.") from error
    if not await desk.tide.reach(seq, _VIEW_TIMEOUT_S):
        raise unavailable("It is done but not yet to be seen. Ask again.")
    return told


async def struck(desk: Desk, user: UserId, actor: str, asset_id: str) -> None:
    """Take an asset that is about to go out of every character that has it."""
    for row in await desk.cast.find.holding(user, asset_id):
        place = Place(row["project_id"], row["id"], user)
        try:
            await say(desk, place, actor, casting.remove(asset_id))
        except Problem as problem:
            if problem.status_code != 404:  # noqa: PLR2004  gone meanwhile: so is the reference
                raise


def media(rows: Iterable[Row[Any]]) -> list[MediaValue]:
    return [value_of(row) for row in rows]
