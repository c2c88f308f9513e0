"""Local tasks end to end: a real worker process, a real nats-server, a real object store."""

import asyncio
from io import BytesIO

from PIL import Image

from contracts.failures import FailureKind
from contracts.values import MediaValue, TextValue
from contracts.work import Claimed, Failed, Succeeded
from workers.bench import Bench


async def test_a_picture_is_painted_described_and_varied(workshop: Bench) -> None:
    image, text = await asyncio.gather(workshop.worker("image"), workshop.worker("text", GROOVE_SLOTS="2"))
    await workshop.put(workshop.painting("paint"))
    painted = await workshop.until("paint")
    assert isinstance(painted, Succeeded), painted
    (picture,) = painted.outputs["image"]
    assert isinstance(picture, MediaValue)
    assert (picture.width, picture.height, picture.mime) == (512, 512, "image/png")
    shown = Image.open(BytesIO(await workshop.objects.get(f"objects/{picture.sha256}")))
    assert shown.info["Software"] == "Pixel Groove local procedural engine"
    assert painted.notes == ("Made procedurally on this machine, without a generative model.",)
    thumb = Image.open(BytesIO(await workshop.objects.get(f"thumbs/{picture.sha256}.webp")))
    assert thumb.format == "WEBP"

    describe = {"operation": "image_to_text", "model": "local-eye", "params": {"prompt": "", "max_words": 80}}
    vary = {"operation": "image_to_image", "model": "local-painter", "params": {"prompt": "at night", "count": 2}}
    inputs = {"image": (picture,)}
    await workshop.put(workshop.task("describe", inputs=inputs, **describe), "text")
    await workshop.put(workshop.painting("vary", inputs=inputs, **vary))
    described, varied = await workshop.until("describe"), await workshop.until("vary")
    assert isinstance(described, Succeeded), described
    assert isinstance(described.outputs["text"][0], TextValue)
    assert isinstance(varied, Succeeded), varied
    assert len({picture.digest, *(value.digest for value in varied.outputs["image"])}) == 3

    first, last = await workshop.reports("paint")
    assert isinstance(first, Claimed)
    assert (first.epoch, last.epoch, last.basis) == (1, 1, 7)
    await workshop.settled()
    assert (image.end(), text.end()) == (0, 0)


async def test_an_input_that_is_no_picture_fails_its_node_with_the_reason(workshop: Bench) -> None:
    await workshop.worker("image")
    value = await workshop.picture(b"\x89PNG\r\n\x1a\n and then nothing of the kind", 10, 10)
    await workshop.put(workshop.painting("vary", operation="image_to_image", inputs={"image": (value,)}))
    failed = await workshop.until("vary")
    assert isinstance(failed, Failed)
    assert failed.failure.kind is FailureKind.INVALID_INPUT
    assert "The image input cannot be used: the PNG file is damaged" in failed.failure.message
