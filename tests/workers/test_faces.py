"""The face service as a process: with weights, and without."""

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from contracts.base import AssetId, MessageId
from contracts.catalogue import JUDGE
from contracts.character import Reference
from contracts.envelope import CharacterDecision, seal, unseal
from contracts.faces import FaceAnswer, FaceAsk, WhoIs
from contracts.failures import FailureKind
from contracts.values import CharacterValue, MediaValue, TextValue
from contracts.work import Failed, Succeeded
from face_embedding.rebuild import anew
from face_embedding.settings import FaceSettings
from faces.world import ANN, AT, BOB, P1, created
from support.tiny_faces import face, png
from workers.bench import Bench

NOBODYS = {"provider": None, "model": None, "params": {}}


async def drawn(workshop: Bench, person: int, variant: int = 0) -> MediaValue:
    value = await workshop.picture(png(face(person, variant)), 320, 320)
    return value.model_copy(update={"asset_id": AssetId(f"a{person}-{variant}")})


def told(report: Succeeded) -> dict[str, Any]:
    (text,) = report.outputs["text"]
    assert isinstance(text, TextValue)
    return dict(json.loads(text.text))


async def test_faces_are_analysed_matched_judged_and_found(workshop: Bench, face_models: Path, tmp_path: Path) -> None:
    worker = await workshop.worker("face", GROOVE_FACE_MODELS=str(face_models), GROOVE_DATA=str(tmp_path))
    ready = worker.ready()
    assert ready["checks"]["engine"] == ready["checks"]["qdrant"] == "ok"
    assert ready["faces"] == {"engine": "insightface/tiny", "baseline": False, "threshold": 0.4}

    ann, variation, bob = await drawn(workshop, ANN), await drawn(workshop, ANN, 1), await drawn(workshop, BOB)
    analysis = workshop.task("look", operation="face_analysis", inputs={"image": (ann,)}, **NOBODYS)
    await workshop.put(analysis, "face")
    looked = await workshop.until("look")
    assert isinstance(looked, Succeeded), looked
    (value,) = looked.outputs["character"]
    assert isinstance(value, CharacterValue)
    assert value.references == (ann,)
    assert told(looked)["engine"] == "insightface/tiny"

    match = {"image": (variation,), "character": (value,)}
    await workshop.put(workshop.task("match", operation="face_match", inputs=match, **NOBODYS), "face")
    made = {"made": (variation, bob), "character": (value,)}
    await workshop.put(workshop.task("judge", operation=JUDGE, inputs=made, **NOBODYS), "face")
    matched, judged = await workshop.until("match"), await workshop.until("judge")
    assert isinstance(matched, Succeeded), matched
    assert told(matched)["match"] is True
    assert isinstance(judged, Succeeded), judged
    assert (judged.outputs, [one.match for one in judged.identities]) == ({}, [True, False])

    decision = CharacterDecision(id=MessageId("d1"), at=AT, actor="local", events=(created(BOB, Reference(asset=bob)),))
    subject = workshop.subjects.events("character", P1, f"c{BOB}")
    await workshop.log.append(subject, seal(decision), expected=0, event_id="d1")
    ask = seal(FaceAsk(ask=WhoIs(user_id=created(BOB).user_id, sha256=bob.sha256)))
    while not (answer := unseal(FaceAnswer, (await workshop.nc.request(workshop.subjects.faces, ask)).data)).candidates:
        assert answer.failure is None
    assert answer.candidates[0].match
    counted = worker.metrics()
    assert counted["groove_pictures_looked_at_total"] >= 3
    assert counted["groove_faces_found_total"] >= 3
    assert counted["groove_face_searches_total"] >= 2
    assert worker.end() == 0


async def test_without_weights_it_says_so_everywhere(workshop: Bench, tmp_path: Path) -> None:
    worker = await workshop.worker("face", GROOVE_DATA=str(tmp_path))
    assert worker.ready()["faces"] == {"engine": "baseline/lbp-hog", "baseline": True, "threshold": 0.7}
    nobody = await workshop.picture(png(face(ANN).resize((1, 4000))), 1, 4000)
    for node, picture in (("ann", await drawn(workshop, ANN)), ("nobody", nobody)):
        inputs = {"image": (picture,)}
        await workshop.put(workshop.task(node, operation="face_analysis", inputs=inputs, **NOBODYS), "face")
    looked, failed = await workshop.until("ann"), await workshop.until("nobody")
    assert isinstance(looked, Succeeded), looked
    assert (told(looked)["engine"], told(looked)["baseline"]) == ("baseline/lbp-hog", True)
    assert "baseline" in looked.notes[-1]
    assert isinstance(failed, Failed), failed
    assert failed.failure.kind is FailureKind.INVALID_INPUT
    assert "No face was found in this picture" in failed.failure.message


async def test_vectors_are_made_anew_from_the_log(workshop: Bench, face_models: Path, tmp_path: Path) -> None:
    ann = await drawn(workshop, ANN)
    decision = CharacterDecision(id=MessageId("d1"), at=AT, actor="local", events=(created(ANN, Reference(asset=ann)),))
    subject = workshop.subjects.events("character", P1, f"c{ANN}")
    await workshop.log.append(subject, seal(decision), expected=0, event_id="d1")
    told_to_it = FaceSettings(
        nats_url=workshop.nats_url,
        prefix=workshop.subjects.prefix,
        s3_endpoint=workshop.s3.endpoint,
        s3_bucket=workshop.s3.bucket,
        s3_access_key=SecretStr(workshop.s3.access_key),
        s3_secret_key=SecretStr(workshop.s3.secret_key),
        data=tmp_path,
        face_models=face_models,
    )
    for _ in range(2):
        assert await anew(told_to_it) == (1, "insightface/tiny")
