"""What goes into a request, and what becomes of an answer."""

import hashlib

import pytest

from contracts.failures import FailureKind
from contracts.values import TextValue
from contracts.work import Failed
from kit.media import Limits as ImageLimits
from providers.fakes.picture import png
from providers.interface import Artifact
from providers.worker.inputs import Limits
from providers.worker.stamping import Stamper
from unit.worker.asking import failure_of, media, stored
from unit.worker.world import World, painting, task


@pytest.mark.parametrize(
    ("data", "limits", "says"),
    [
        (b"<html>not a picture</html>", Limits(), "this is not a picture"),
        (png("x", 40, 40), Limits(image=ImageLimits(pixels=1000)), "40 x 40 = 0.0 megapixels"),
        (png("x", 40, 40), Limits(image=ImageLimits(bytes=20)), "at most 2e-05 MB are taken"),
    ],
)
async def test_an_unusable_input_fails_its_node_with_the_reason(world, data: bytes, limits: Limits, says: str) -> None:
    here: World = world()
    value = await stored(here, data)
    one = painting(operation="image_to_image", inputs={"image": (value,)})
    kind, message = await failure_of(here, one, here.worker(limits=limits))
    assert kind is FailureKind.INVALID_INPUT
    assert says in message
    assert here.vendor.requests == []


async def test_an_input_whose_file_is_gone_fails_its_node(world) -> None:
    here: World = world()
    one = painting(operation="image_to_image", inputs={"image": (media(b"gone"),)})
    kind, message = await failure_of(here, one)
    assert kind is FailureKind.INVALID_INPUT
    assert "no longer stored" in message


async def test_an_input_that_was_damaged_fails_its_node(world) -> None:
    here: World = world()
    value = await stored(here, png("x", 8, 8))
    await here.objects.put(f"objects/{value.sha256}", png("y", 8, 8), "image/png")
    kind, message = await failure_of(here, painting(operation="image_to_image", inputs={"image": (value,)}))
    assert (kind, "damaged" in message) == (FailureKind.INVALID_INPUT, True)


async def test_inputs_arrive_whole_in_order_and_measured(world) -> None:
    here: World = world()
    long = "word " * 5000
    digest = hashlib.sha256(long.encode()).hexdigest()
    await here.objects.put(f"objects/{digest}", long.encode(), "text/plain")
    one = task(
        operation="text_to_text",
        inputs={"context": (TextValue(text="short"), TextValue(text=long[:1000], sha256=digest))},
    )
    await here.deliver(here.worker(), one)
    (request,) = here.vendor.requests
    assert request.texts == {"context": ("short", long)}
    assert (request.key, request.user_id) == ("r1.n1.1", "local")


async def test_a_long_text_wired_to_the_prompt_is_made_whole_again(world) -> None:
    here: World = world()
    long = "w" * 1500
    digest = hashlib.sha256(long.encode()).hexdigest()
    await here.objects.put(f"objects/{digest}", long.encode(), "text/plain")
    wired = TextValue(text=long[:1000], sha256=digest)
    one = task(params={"prompt": f"{wired.text}\n\nin red"}, inputs={"prompt": (wired,)})
    await here.deliver(here.worker(), one)
    assert here.vendor.requests[0].params["prompt"] == f"{long}\n\nin red"
    assert here.vendor.requests[0].texts == {}


async def test_a_prompt_that_grew_over_the_models_limit_fails_the_node(world) -> None:
    here: World = world()
    kind, message = await failure_of(here, task(params={"prompt": "x" * 2001}))
    assert kind is FailureKind.INVALID_INPUT
    assert "2,001 characters; fake-writer takes at most 2,000" in message


async def test_a_picture_is_stored_under_its_digest_with_a_thumbnail(world) -> None:
    here: World = world()
    await here.deliver(here.worker(), painting())
    (value,) = (await here.ending()).outputs["image"]
    data = await here.objects.get(f"objects/{value.sha256}")
    assert hashlib.sha256(data).hexdigest() == value.sha256
    assert (value.width, value.height, value.mime, value.bytes) == (8, 8, "image/png", len(data))
    assert await here.objects.exists(f"thumbs/{value.sha256}.webp")


async def test_several_results_keep_their_order_and_their_ids(world) -> None:
    pictures = tuple(Artifact(data=png(name, 8, 8), mime="image/png") for name in "abc")
    ids = []
    for _ in range(2):
        here: World = world(artifacts=pictures)
        await here.deliver(here.worker(), painting())
        values = (await here.ending()).outputs["image"]
        stamped = [Stamper().stamp(painting(), picture.data or b"", "image/png") for picture in pictures]
        assert [value.sha256 for value in values] == [hashlib.sha256(data).hexdigest() for data in stamped]
        ids.append([value.asset_id for value in values])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


async def test_a_long_text_is_kept_in_storage_and_referred_to(world) -> None:
    text = "é" * 9000
    here: World = world(artifacts=(Artifact(text=text),))
    await here.deliver(here.worker(), task())
    (value,) = (await here.ending()).outputs["text"]
    assert value == TextValue(text=text[:1000], sha256=hashlib.sha256(text.encode()).hexdigest())
    assert (await here.objects.get(f"objects/{value.sha256}")).decode() == text


@pytest.mark.parametrize(
    ("artifacts", "kind"),
    [
        ((Artifact(text="  "),), FailureKind.NO_OUTPUT),
        ((Artifact(data=b"nonsense", mime="image/png"),), FailureKind.PROVIDER_FAILED),
        ((Artifact(data=b"", mime="image/png"),), FailureKind.NO_OUTPUT),
    ],
)
async def test_a_useless_result_is_a_failure_that_tells_what_it_cost(world, artifacts, kind: FailureKind) -> None:
    here: World = world(artifacts=artifacts)
    await here.deliver(here.worker(), task() if artifacts[0].text else painting())
    ending = await here.ending()
    assert isinstance(ending, Failed)
    assert (ending.failure.kind, ending.cost) == (kind, 100)
