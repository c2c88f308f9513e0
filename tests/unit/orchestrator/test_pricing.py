"""What a node may cost, from the catalogue's rows: films by their seconds and their resolution."""

from datetime import date

import pytest

from contracts.base import NodeId
from contracts.catalogue import NODE_TYPES
from contracts.models import Model
from contracts.plan import PlannedInput, Source
from orchestrator.domain.choose import defaults
from orchestrator.domain.pricing import by_second, priced
from providers import catalogue

BOOK = catalogue.book({"local", "google"})
TODAY = date(2026, 11, 21)
MILLION = 1_000_000


def model(name: str) -> Model:
    found = BOOK.find("google", name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "seconds", "size", "cost"),
    [
        ("gemini-omni-1.2-flash", 4, "720p", 28_000_000),
        ("gemini-omni-1.2-flash", 15, "1080p", 157_500_000),
        ("gemini-omni-1.2-flash", 3, "360p", 6_900_000),
        ("gemini-omni-1.2-flash", 4.2, "720p", 35_000_000),
        ("gemini-omni-1.1-flash", 10, "1080p", 150_000_000),
        ("veo-3.1-generate-001", 8, "1080p", 320_000_000),
        ("veo-3.1-fast-generate-001", 8, "1080p", 96_000_000),
        ("veo-3.1-fast-generate-001", 8, "720p", 80_000_000),
    ],
)
def test_a_film_costs_its_seconds_at_its_resolution(name: str, seconds: float, size: str, cost: int) -> None:
    params = {"prompt": "x", "duration_s": seconds, "resolution": size, "count": 1}
    found = priced(model(name), "text_to_video", params, (), TODAY)
    assert (found.low, found.expected) == (cost, cost)
    assert cost <= found.high < cost + 10_000, "what is read costs little beside"
    assert "price per second" in found.basis


def test_several_films_cost_so_many_times_as_much() -> None:
    params = {"prompt": "x", "duration_s": 4, "resolution": "720p", "count": 3}
    assert priced(model("veo-3.1-lite-generate-001"), "text_to_video", params, (), TODAY).high == 3 * 4 * 5 * MILLION


def test_a_continuation_costs_what_it_adds() -> None:
    omni = priced(model("gemini-omni-1.2-flash"), "video_extend", {"duration_s": 10, "count": 1}, (), TODAY)
    assert omni.expected == 70 * MILLION
    veo = priced(model("veo-3.1-generate-001"), "video_extend", {"duration_s": 4, "count": 1}, (), TODAY)
    assert veo.expected == 7 * 40 * MILLION, "it adds seven seconds, whatever is asked"


def test_a_film_that_is_read_is_paid_for_too() -> None:
    params = {"prompt": "x", "duration_s": 4, "count": 1}
    film = PlannedInput(port="video", many=False, sources=(Source(node_id=NodeId("shot"), port="video"),))
    omni = model("gemini-omni-1.2-flash")
    bare, with_film = (priced(omni, "video_extend", params, inputs, TODAY) for inputs in ((), (film,)))
    assert with_film.high - bare.high == 30 * 5_800 * 150
    assert with_film.expected == bare.expected


def test_speech_costs_at_most_what_the_longest_text_takes_spoken_slowly() -> None:
    one = model("gemini-3.8-flash-tts")
    spoken = PlannedInput(port="text", many=False, sources=(Source(node_id=NodeId("a"), port="text"),))
    found = priced(one, "text_to_speech", {"voice": ""}, (spoken,), TODAY)
    assert found.expected == one.estimates["text_to_speech"]
    assert found.high == pytest.approx(one.max_prompt_chars * 3.2 * 900, rel=0.02)
    later = priced(one, "text_to_speech", {"voice": ""}, (spoken,), date(2027, 1, 1))
    assert later.high == pytest.approx(2 * found.high, rel=0.001)


def test_a_storyboard_costs_more_the_more_scenes_it_has() -> None:
    few, many = (priced(model("gemini-3.8-flash"), "storyboard", {"scenes": n}, (), TODAY).high for n in (1, 24))
    assert many - few == pytest.approx(2 * 23 * 900 * (375 + 75), rel=0.01)


@pytest.mark.parametrize("operation", ["text_to_video", "image_to_video", "video_extend"])
def test_the_catalogues_estimates_are_those_of_the_default_settings(operation: str) -> None:
    for one in BOOK.models:
        if one.provider == "google" and operation in one.operations and one.status != "retired":
            params = {"prompt": "x"} | defaults(NODE_TYPES[operation], one)
            assert priced(one, operation, params, (), TODAY).expected == one.estimates[operation], one.id


def test_only_films_are_estimated_by_their_length() -> None:
    assert {one.id for one in BOOK.models if by_second(one) and one.status != "retired"} == {
        "gemini-omni-1.2-flash",
        "gemini-omni-1.1-flash",
        "veo-3.1-generate-001",
        "veo-3.1-fast-generate-001",
        "veo-3.1-lite-generate-001",
    }
