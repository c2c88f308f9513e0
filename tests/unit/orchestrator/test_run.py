"""What a run does: in order, at once where it can, once."""

from contracts.failures import FailureKind
from contracts.recipe import recipe
from contracts.run import Plan, StartRun
from contracts.values import TextValue
from orchestrator.domain.draft import Mine
from orchestrator.domain.effects import QueueTask, SetTimer
from orchestrator.domain.run import look, start
from orchestrator.domain.run_state import Run
from unit.orchestrator.story import ELSEWHERE, NOON, Story, claimed, failed, hit, output, succeeded, text, theirs, write


def chain() -> Story:
    return Story(text("words"), write("a", "words"), write("b", "a"), output("out", "b"))


def begun(*nodes, **changes) -> Story:
    story = Story(*nodes, **changes)
    story.begins()
    return story


def task_of(story: Story, node: str):
    return next(e.task for e in story.effects(node) if isinstance(e, QueueTask))


def test_a_run_goes_from_its_sources_to_its_outputs():
    story = chain()
    assert story.begins() == ["run started", "words completed", "a queued 1"]
    assert story.told(("a", succeeded())) == ["a completed", "b queued 1"]
    assert story.told(("b", succeeded())) == ["b completed", "out completed", "run completed"]
    assert story.run.steps["out"].outputs == {"value": (TextValue(text="made 1"),)}


def test_a_run_without_work_is_complete_at_once():
    story = Story(text("words"), output("out", "words"))
    assert story.begins() == ["run started", "words completed", "out completed", "run completed"]
    assert story.effects() == []


def test_what_can_run_runs_at_once():
    story = Story(write("a"), write("b"), write("c", "a", "b"))
    assert story.begins() == ["run started", "a queued 1", "b queued 1"]
    assert story.told(("b", succeeded())) == ["b completed"]
    assert story.told(("a", succeeded())) == ["a completed", "c queued 1"]


def test_a_batch_of_reports_is_one_decision():
    story = begun(*(write(f"n{i}") for i in range(50)), write("all", *(f"n{i}" for i in range(50))))
    before = story.run.decisions
    happened = story.told(*((f"n{i}", succeeded()) for i in range(50)))
    assert happened == [*(f"n{i} completed" for i in range(50)), "all queued 1"]
    assert story.run.decisions == before + 1


def test_a_repeated_success_is_silence():
    story = chain()
    story.begins()
    story.told(("a", succeeded()))
    assert story.told(("a", succeeded())) == []


def test_a_claim_shows_that_it_runs_and_decides_nothing():
    story = chain()
    story.begins()
    assert story.told(("a", claimed())) == []
    assert story.states["a"] == "running"


def test_a_failure_skips_what_hangs_on_it_and_the_rest_goes_on():
    story = begun(
        write("bad"), write("child", "bad"), write("grandchild", "child"), write("good"), write("end", "good")
    )
    happened = story.told(("bad", failed()))
    assert happened == ["bad failed: content_policy", "child skipped after bad", "grandchild skipped after bad"]
    assert story.told(("good", succeeded())) == ["good completed", "end queued 1"]
    assert story.told(("end", succeeded())) == ["end completed", "run failed: content_policy at bad"]


def test_a_run_fails_with_the_step_that_failed_first():
    story = begun(write("a"), write("b"))
    story.told(("b", failed(kind=FailureKind.BILLING)))
    assert story.told(("a", failed()))[-1] == "run failed: billing at b"


# prompts and inputs


def test_the_prompt_port_comes_first_and_the_param_after_a_blank_line():
    story = begun(text("words", "a fox"), write("a", "prompt:words", params={"prompt": "in the snow"}))
    task = task_of(story, "a")
    assert task.params["prompt"] == "a fox\n\nin the snow"
    assert "prompt" not in task.inputs


def test_a_prompt_alone_has_no_blank_line():
    story = begun(text("words", "a fox"), write("a", "prompt:words", params={"prompt": " "}))
    assert task_of(story, "a").params["prompt"] == "a fox"


def test_a_prompt_that_is_too_long_once_joined_fails_its_node():
    story = Story(
        text("words", "x" * 60), write("a", "prompt:words", params={"prompt": "y" * 60}, max_prompt_chars=100)
    )
    happened = story.begins()
    assert happened[-2:] == ["a failed: invalid_input", "run failed: invalid_input at a"]
    assert "122 characters" in story.run.steps["a"].failure.message


def test_a_list_gives_the_picked_element_to_a_single_input_and_all_of_it_to_a_many_input():
    story = begun(write("list"), write("one", "prompt:list", pick=1, params={"prompt": ""}), write("all", "list"))
    story.told(("list", succeeded(1, "first", "second")))
    assert task_of(story, "one").params["prompt"] == "second"
    assert [value.text for value in task_of(story, "all").inputs["context"]] == ["first", "second"]


def test_a_pick_beyond_the_list_fails_with_how_many_there_are():
    story = begun(write("list"), write("one", "prompt:list", pick=2, params={"prompt": ""}))
    happened = story.told(("list", succeeded(1, "first", "second")))
    assert happened == ["list completed", "one failed: invalid_input", "run failed: invalid_input at one"]
    assert "only 2 arrived" in story.run.steps["one"].failure.message


# recipes


def test_what_was_made_before_is_not_made_again():
    story = chain()
    story.answers["a"] = hit()
    assert story.begins() == ["run started", "words completed", "a cached", "b queued 1"]
    assert story.run.steps["b"].recipe == task_of(story, "b").recipe


def test_what_another_run_makes_is_waited_for():
    story = chain()
    story.answers["a"] = theirs()
    assert story.begins()[-1] == "a awaits other"
    assert story.after(3600) == [], "only a wake-up moves it"
    assert story.woken("a") == [], "woken too early"
    story.answers["a"] = hit()
    assert story.woken("a") == ["a cached", "b queued 1"]


def test_a_maker_that_gave_up_is_followed_by_whoever_waits():
    story = chain()
    story.answers["a"] = theirs()
    story.begins()
    story.answers["a"] = Mine()
    assert story.woken("a") == ["a queued 1"]


def test_a_node_that_cannot_be_cached_asks_for_no_recipe():
    story = Story(write("a", cacheable=False))
    story.answers["a"] = hit()
    assert story.begins() == ["run started", "a queued 1"]
    assert story.run.steps["a"].recipe is None


def test_the_recipe_is_of_what_is_sent():
    node = write("a", "prompt:words", params={"prompt": "in the snow"})
    story = begun(text("words", "a fox"), node)
    assert task_of(story, "a").recipe == recipe(node, {"prompt": "a fox\n\nin the snow"}, {})


# budget


def test_a_node_that_would_exceed_the_budget_fails_before_it_is_asked_for():
    story = Story(write("a", estimate=60), write("b", estimate=60), budget=100)
    assert story.begins() == ["run started", "a queued 1", "b failed: budget_exceeded"]
    assert story.told(("a", succeeded(cost=60))) == ["a completed", "run failed: budget_exceeded at b"]


def test_the_budget_counts_what_was_spent():
    story = begun(write("a", estimate=10), write("b", "a", estimate=20), budget=100)
    assert story.told(("a", succeeded(cost=90)))[1] == "b failed: budget_exceeded"


def test_what_was_made_before_costs_no_budget():
    story = Story(write("a", estimate=60), write("b", estimate=60), budget=60)
    story.answers["a"] = hit()
    assert story.begins() == ["run started", "a cached", "b queued 1"]


# what follows, and being asked twice


def test_a_task_carries_everything_that_is_needed():
    story = begun(text("words"), write("a", "words", seed=7, paid=True))
    task = task_of(story, "a")
    assert (task.task_id, task.basis, task.seed, task.paid) == ("run.a.1", 1, 7, True)
    assert task.inputs == {"context": (TextValue(text="a fox"),)}


def test_what_is_decided_is_not_decided_again():
    story = chain()
    story.begins()
    assert story.after(60) == []
    assert story.woken("a", "b") == []


def test_a_command_that_was_obeyed_is_remembered_by_its_letter():
    story = chain()
    story.begins()
    assert story.run.answered["letter-1"] == (1, None)
    assert story.folded().answered == story.run.answered


def test_a_start_that_is_refused_is_remembered():
    from contracts.problems import Reason, reject

    story = Story()
    letter = story.letter(StartRun(body_digest="d"))
    act = start(letter, letter.command, reject(Reason.EMPTY_GRAPH, "It is empty."), (None, ""))
    (refused,) = look(Run(), NOON, {}, act).events
    assert (refused.type, refused.rejection.reason, refused.body_digest) == ("RunRefused", "empty_graph", "d")


def test_nothing_is_decided_about_a_run_that_never_started():
    assert look(Run(), NOON, {}).events == ()
    letter = Story().letter(StartRun())
    (started,) = look(Run(), NOON, {}, start(letter, letter.command, Plan(nodes=(), outputs=()), (3, "g"))).events[:1]
    assert (started.graph_version, started.graph_name) == (3, "g")


def test_a_timer_is_set_for_a_retry_only():
    story = begun(write("a"))
    story.told(("a", failed(kind=FailureKind.TRANSIENT)))
    (timer,) = [effect for effect in story.effects() if isinstance(effect, SetTimer)]
    assert timer.at > NOON
    assert ELSEWHERE.run_id != story.run.id
