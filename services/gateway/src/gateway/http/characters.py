"""Characters: made, shown, changed, given pictures, looked for by a picture, and merged."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.base import ID_PATTERN, CharacterId, ProjectId
from contracts.character import CharacterCreated
from gateway import casting
from gateway.casting import Place
from gateway.desk import Desk
from gateway.http import bodies_characters as bodies
from gateway.http.asking import TheCaller, TheDesk, ThePage, TheUser, answer, is_id, the_project
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.referring import Whose, answered, looked, looked_at_all, media, picture, say
from gateway.http.shapes import Listed
from gateway.http.shapes_characters import CharacterShape, CharacterUsesShape, FoundShape
from gateway.http.shapes_shelf import normal
from gateway.views.read_assets import value_of
from gateway.views.read_characters import CharacterFilter, show

router = APIRouter(prefix="/api/characters", tags=["characters"], route_class=StrictRoute)


async def the_whose(caller: TheCaller, user: TheUser) -> Whose:
    return Whose(caller, user)


TheWhose = Annotated[Whose, Depends(the_whose)]


async def _the(desk: Desk, user: str, id_: str) -> Mapping[str, Any]:
    row = await desk.cast.find.find(user, id_) if is_id(id_) else None
    if row is not None:
        return row
    into = await desk.cast.find.merged_into(user, id_) if is_id(id_) else None
    if into is not None:
        raise Problem(404, "unknown-character", f"This character was merged into {into}.")
    raise not_found("character")


async def _shown(desk: Desk, user: str, id_: str, *more: str, status: int = 200, **headers: str) -> Response:
    return answer(show(await _the(desk, user, id_), *more), status, **headers)


def _place(row: Mapping[str, Any]) -> Place:
    return Place(row["project_id"], row["id"], row["user_id"])


@router.post("", status_code=201, response_model=CharacterShape)
async def create_character(body: bodies.NewCharacter, request: Request, desk: TheDesk, whose: TheWhose) -> Response:
    """Make a character, of pictures or of what a `face_analysis` node found. Its faces are looked for at once."""

    async def work(ids: Ids) -> Response:
        user = whose.user
        project = await the_project(desk, user, body.project_id)
        wanted = list(body.references)
        if body.from_ is not None:
            wanted = await _of_node(desk, whose, body.from_, project.id)
        fields: list[tuple[str | int, ...]] = [("body", "references", index) for index in range(len(wanted))]
        locs = fields if body.from_ is None else [("body", "from")] * len(wanted)
        rows = [await picture(desk, whose, id_, loc, project.id) for id_, loc in zip(wanted, locs, strict=True)]
        references, warnings = await looked_at_all(desk, user, media(rows), locs)
        id_ = CharacterId(ids.mint("character"))
        event = CharacterCreated(
            at=desk.clock(),
            character_id=id_,
            user_id=user,
            project_id=ProjectId(project.id),
            name=body.name,
            description=body.description,
            tags=body.tags,
            body_digest=ids.digest,
            references=references,
        )
        await say(desk, Place(project.id, id_, user), whose.caller.user_id, casting.create(event))
        return await _shown(desk, user, id_, *warnings, status=201, location=f"/api/characters/{id_}")

    return await once(request, desk, whose.user, work)


async def _of_node(desk: Desk, whose: Whose, node: bodies.FromNode, project: str) -> list[str]:
    """The pictures of the character that a node made."""
    run = await desk.runs.find(whose.user, node.execution_id)
    if run is None or not whose.sees(run.project_id, project):
        raise not_found("execution")
    found = await desk.runs.node(run.id, node.node_id)
    if found is None:
        raise not_found("node")
    made = [value for values in found.outputs.values() for value in values if value["type"] == "character"]
    pictures = [one["asset_id"] for value in made[:1] for one in value["references"]]
    if not pictures:
        message = f"Node {node.node_id} has made no character: it is {found.state}, and of type {found.type}."
        raise invalid(["body", "from", "node_id"], message, "no-character")
    return pictures


@router.get("", response_model=Listed[CharacterShape])
async def list_characters(
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    tag: Annotated[str | None, Query(max_length=200)] = None,
    text: Annotated[str | None, Query(max_length=200, description="A part of the name.")] = None,
) -> Response:
    """Newest first."""
    only = CharacterFilter(project_id, None if tag is None else _tag(tag), _plain(text))
    rows, cursor = await desk.cast.find.page(user, page, only)
    return answer({"items": [show(row) for row in rows], "next_cursor": cursor})


def _plain(text: str | None) -> str | None:
    return None if text is None else text.replace("\x00", "")


def _tag(text: str) -> str:
    """As it would be kept; what could not be a tag is none that anybody has."""
    try:
        return normal(text)
    except ValueError:
        return ""


@router.post("/search", response_model=FoundShape)
async def search_characters(body: bodies.Search, desk: TheDesk, whose: TheWhose) -> Response:
    """Which characters a picture shows, by its faces."""
    user = whose.user
    row = await picture(desk, whose, body.asset_id, ("body", "asset_id"), body.project_id)
    project = row.project_id if whose.guest else None
    if body.project_id is not None:
        project = (await the_project(desk, user, body.project_id)).id
    asked = desk.cast.faces.who(user, row.sha256, None if project is None else ProjectId(project), body.limit)
    found = await answered(asked, ("body", "asset_id"))
    known = await desk.cast.find.many(user, [one.character_id for one in found.candidates])
    items = [
        {"character": show(who), **one.model_dump(mode="json", exclude={"character_id"})}
        for one in found.candidates
        if (who := known.get(one.character_id)) is not None and project in {None, who["project_id"]}
    ]
    warnings = [] if found.faces else ["No face was found in this picture, so nobody can be looked for."]
    told = found.model_dump(mode="json", include={"engine", "baseline", "threshold", "faces"})
    return answer({**told, "items": items[: body.limit], "warnings": warnings})


@router.get("/{character_id}", response_model=CharacterShape)
async def get_character(character_id: str, desk: TheDesk, user: TheUser) -> Response:
    return await _shown(desk, user, character_id)


@router.patch("/{character_id}", response_model=CharacterShape)
async def change_character(character_id: str, body: bodies.CharacterChange, desk: TheDesk, whose: TheWhose) -> Response:
    """Call it otherwise, describe it otherwise, tag it otherwise."""
    row = await _the(desk, whose.user, character_id)
    decide = casting.change(body.name, body.description, body.tags)
    await say(desk, _place(row), whose.caller.user_id, decide)
    return await _shown(desk, whose.user, character_id)


@router.delete("/{character_id}", status_code=204)
async def delete_character(character_id: str, desk: TheDesk, whose: TheWhose) -> Response:
    """Forget it, with every embedding of its faces. Its pictures stay what they were: assets."""
    row = await _the(desk, whose.user, character_id)
    await say(desk, _place(row), whose.caller.user_id, casting.delete)
    return Response(status_code=204)


@router.post("/{character_id}/references", status_code=201, response_model=CharacterShape)
async def add_reference(
    character_id: str, body: bodies.NewReference, request: Request, desk: TheDesk, whose: TheWhose
) -> Response:
    """Give it a picture. One that it has already is looked at anew."""

    async def work(ids: Ids) -> Response:
        del ids  # a picture has its own
        row = await _the(desk, whose.user, character_id)
        loc = ("body", "asset_id")
        asset = await picture(desk, whose, body.asset_id, loc, row["project_id"])
        found = await looked(desk, whose.user, value_of(asset), body.face_index, loc)
        await say(desk, _place(row), whose.caller.user_id, casting.add((found.reference,)))
        return await _shown(desk, whose.user, character_id, *found.warnings, status=201)

    return await once(request, desk, whose.user, work)


@router.delete("/{character_id}/references/{asset_id}", response_model=CharacterShape)
async def remove_reference(character_id: str, asset_id: str, desk: TheDesk, whose: TheWhose) -> Response:
    """Take a picture from it. The asset stays."""
    row = await _the(desk, whose.user, character_id)
    if all(one["asset"]["asset_id"] != asset_id for one in row["pictures"]):
        raise Problem(404, "unknown-reference", "The character has no such reference.")
    await say(desk, _place(row), whose.caller.user_id, casting.remove(asset_id))
    return await _shown(desk, whose.user, character_id)


@router.post("/{character_id}/merge", response_model=CharacterShape)
async def merge_characters(
    character_id: str, body: bodies.Merge, request: Request, desk: TheDesk, whose: TheWhose
) -> Response:
    """They are the same: this one gets the other's references, and the other ends. Safe to repeat."""

    async def work(ids: Ids) -> Response:
        del ids  # it makes nothing new
        row = await _the(desk, whose.user, character_id)
        if body.from_ == character_id:
            raise invalid(["body", "from"], "A character cannot be merged with itself.")
        if await desk.cast.find.merged_into(whose.user, body.from_) == character_id:
            return await _shown(desk, whose.user, character_id)
        other = await _the(desk, whose.user, body.from_)
        if not whose.sees(other["project_id"], row["project_id"]):
            raise not_found("character")
        actor = whose.caller.user_id
        told = await desk.cast.casting.read(_place(other))
        await say(desk, _place(row), actor, casting.add(told.references))
        await say(desk, _place(other), actor, casting.merge_into(character_id))
        return await _shown(desk, whose.user, character_id)

    return await once(request, desk, whose.user, work)


@router.get("/{character_id}/uses", response_model=CharacterUsesShape)
async def get_character_uses(character_id: str, desk: TheDesk, whose: TheWhose) -> Response:
    """Graphs and executions that name it."""
    row = await _the(desk, whose.user, character_id)
    project = row["project_id"] if whose.guest else None
    return answer(await desk.cast.find.uses(whose.user, character_id, project))
