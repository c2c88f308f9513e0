"""Walk 3, watch: a stream that is cut and resumed shows each event once, in order."""

import itertools

import httpx2

from support.api import Api, edge, node, workflow


def chain(word: str):
    return workflow(
        node("words", "text", text=f"a harbour at dusk {word}"),
        node("paint", "text_to_image", resolution="512"),
        node("look", "image_to_text"),
        node("vary", "image_to_image", prompt="in winter"),
        edges=(
            edge("words.text", "paint.prompt"),
            edge("paint.image", "look.image"),
            edge("paint.image", "vary.image"),
        ),
    )


def test_ids_only_grow_and_progress_has_none(api: Api, word: str):
    events = list(api.stream(api.start(chain(word))))
    ids = [event.id for event in events if event.id is not None]
    assert ids == sorted(set(ids))
    assert all(event.id is None for event in events if event.name == "node_progress")
    assert all(event.id is not None for event in events if event.name != "node_progress")


def test_resuming_after_any_event_gives_exactly_the_rest(api: Api, word: str):
    run = api.start(chain(word))
    ids = [event.id for event in api.stream(run) if event.id is not None]
    for place, after in enumerate(ids):
        assert [event.id for event in api.stream(run, after)] == ids[place + 1 :]


def test_a_stream_cut_in_mid_run_again_and_again_has_no_gap_and_no_duplicate(api: Api, word: str):
    run = api.start(chain(word))
    seen: list[int] = []
    finished = False
    while not finished:
        piece = itertools.islice(api.stream(run, seen[-1] if seen else None), 2)
        for event in piece:
            if event.id is not None:
                seen.append(event.id)
            finished = finished or event.name == "execution_completed"
    assert seen == [event.id for event in api.stream(run) if event.id is not None]


def test_a_stream_of_what_does_not_exist_is_a_404_before_it_starts(api: Api):
    answer = api.http.get("/api/executions/nothing/stream")
    assert answer.status_code == httpx2.codes.NOT_FOUND
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_place_that_is_no_number_is_refused(api: Api, word: str):
    run = api.start(chain(word))
    answer = api.http.get(f"/api/executions/{run}/stream?after=yesterday")
    assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    api.finish(run)
