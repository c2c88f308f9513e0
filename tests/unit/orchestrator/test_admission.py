"""Who may go to the workers, and whose turn is next."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from contracts.subjects import partition
from orchestrator.admission import WIDTH, Admission, Limits, Ticket, width


def ticket(user: str, number: int = 0, **more) -> Ticket:
    wanted = {"run_id": f"run-{user}", "node_id": f"n{number}", "project_id": "p", "attempt": 1, "queue": "image"}
    return Ticket(**{**wanted, "user_id": user, "provider": "local", "age": number, **more})


def queue_of(most: int, **limits) -> Admission:
    admission = Admission(Limits(**limits))
    admission.widen("image", most)
    return admission


def names(tickets) -> list[str]:
    return [f"{one.user_id}{one.node_id}" for one in tickets]


def test_as_many_as_keep_the_workers_busy_and_not_enough_to_make_a_newcomer_wait():
    assert [width(slots) for slots in (1, 2, 4, 8, 32)] == [1, 3, 5, 10, 40]
    for slots in range(1, 200):
        assert slots <= width(slots)
        waits = (width(slots) - slots + 1) / slots  # for one of so many slots, each after what lies ready before it
        assert waits <= 1


def test_below_the_limit_a_task_goes_at_once():
    admission = Admission()
    assert [admission.ask(ticket("a", n)) for n in range(WIDTH + 1)] == [True] * WIDTH + [False]
    assert admission.turns() == []


def test_what_ends_makes_room_for_the_oldest_that_was_held_back():
    admission = queue_of(2)
    asked = [admission.ask(ticket("a", n)) for n in (0, 1, 3, 2)]
    admission.over("run-a", "n0")
    assert asked == [True, True, False, False]
    assert names(admission.turns()) == ["an2"]
    assert admission.turns() == []


def test_asked_again_it_is_the_same():
    admission = queue_of(1)
    asked = [admission.ask(ticket("a", n)) for n in (0, 1, 0, 1)]
    assert asked == [True, False, True, False]
    assert admission.counts()["image"][:2] == (1, 1)


def test_a_single_task_of_another_user_goes_at_once_however_many_wait():
    admission = queue_of(5)
    for n in range(1000):
        admission.ask(ticket("many", n))
    assert admission.ask(ticket("one"))
    assert admission.counts()["image"][:2] == (6, 995)


def test_users_take_turns():
    admission = queue_of(4)
    for n in range(20):
        admission.ask(ticket("a", n))
    for n in range(20):
        admission.ask(ticket("b", n))
    for n in range(8):
        admission.over("run-a", f"n{n}")
        admission.over("run-b", f"n{n}")
    order = "".join(one.user_id for one in admission.turns())
    assert abs(order[4:].count("a") - order[4:].count("b")) <= 1


def test_what_one_does_not_need_the_others_get():
    admission = queue_of(4)
    admission.ask(ticket("one"))
    asked = [admission.ask(ticket("many", n)) for n in range(5)]
    assert asked == [True, True, True, False, False]


def test_what_is_urgent_goes_before_what_is_older():
    admission = queue_of(1)
    for n, urgency in enumerate((0, -1, 0, 1)):
        admission.ask(ticket("a", n, urgency=urgency))
    order = []
    for node in ("n0", "n3", "n2"):
        admission.over("run-a", node)
        order += names(admission.turns())
    assert order == ["an3", "an2", "an1"]


def test_what_was_cancelled_while_it_waited_never_goes():
    admission = queue_of(1)
    for n in range(3):
        admission.ask(ticket("a", n))
    admission.over("run-a", "n1")
    admission.over("run-a", "n0")
    assert names(admission.turns()) == ["an2"]
    admission.over("run-a", "n2")
    assert (admission.runs(), admission.demand()) == (set(), {})


def test_a_next_attempt_is_a_task_of_its_own():
    admission = queue_of(1)
    admission.ask(ticket("a", 0))
    admission.ask(ticket("a", 1))
    assert not admission.ask(ticket("a", 0, attempt=2, age=9))
    assert names(admission.turns()) == ["an1"]


def test_what_a_worker_has_already_counts_whatever_was_meant_to_be():
    admission = queue_of(1)
    admission.ask(ticket("a", 0))
    assert not admission.ask(ticket("a", 1))
    assert admission.ask(ticket("a", 1), begun=True)
    assert admission.counts()["image"][:2] == (2, 0)
    admission.over("run-a", "n0")
    assert admission.turns() == []


def test_a_user_has_no_more_than_the_installation_allows_over_all_queues():
    admission = queue_of(9, user=2)
    asked = [admission.ask(ticket("a", n, queue=queue)) for n, queue in enumerate(("image", "text", "text", "image"))]
    admission.over("run-a", "n0")
    assert asked == [True, True, False, False]
    assert len(admission.turns()) == 1


def test_a_provider_has_no_more_than_it_may_and_others_are_not_held_up_by_it():
    admission = queue_of(9, provider={"google": 1})
    asked = [admission.ask(ticket("a", n, provider=name)) for n, name in enumerate(("google", "google", "local"))]
    assert asked == [True, False, True]
    admission.over("run-a", "n0")
    assert names(admission.turns()) == ["an1"]


def test_orchestrators_divide_the_width_by_what_they_want():
    admission = queue_of(10)
    admission.share("image", 30)
    asked = [admission.ask(ticket("a", n)) for n in range(30)]
    assert asked.count(True) + len(admission.turns()) == 5
    admission.share("image", 0)
    assert len(admission.turns()) == 5


def test_more_workers_make_more_room():
    admission = queue_of(1)
    for n in range(5):
        admission.ask(ticket("a", n))
    admission.widen("image", 4)
    assert names(admission.turns()) == ["an1", "an2", "an3"]


def test_runs_of_another_partition_are_let_through_and_not_counted():
    admission = queue_of(1)
    admission.serves = {partition("run-a")}
    other = next(f"run-{n}" for n in range(100) if partition(f"run-{n}") not in admission.serves)
    assert all(admission.ask(ticket("a", n, run_id=other)) for n in range(9))
    assert admission.demand() == {}


def test_what_is_given_away_leaves_nothing_behind():
    admission = queue_of(2)
    for user in "ab":
        for n in range(4):
            admission.ask(ticket(user, n))
    admission.forget(["run-a"])
    assert admission.runs() == {"run-b"}
    admission.forget(["run-b"])
    assert (admission.demand(), admission.turns()[2:]) == ({}, [])


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("ask"), st.sampled_from("abc"), st.integers(0, 30), st.integers(1, 2), st.sampled_from(("x", "y"))
        ),
        st.tuples(st.just("over"), st.sampled_from("abc"), st.integers(0, 30)),
        st.tuples(st.just("widen"), st.integers(1, 6)),
        st.tuples(st.just("begun"), st.sampled_from("abc"), st.integers(0, 30)),
    ),
    max_size=60,
)


class Wanted:
    """What was asked for, and what went."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.admission = queue_of(most, user=4, provider={"x": 2})
        self.all: dict[tuple[str, str], Ticket] = {}
        self.out: set[Ticket] = set()

    def widen(self, most: int) -> None:
        self.most = most
        self.admission.widen("image", most)

    def over(self, user: str, number: int) -> None:
        self.out.discard(self.all.pop((f"run-{user}", f"n{number}"), None))
        self.admission.over(f"run-{user}", f"n{number}")

    def begun(self, user: str, number: int) -> None:
        one = self.all.setdefault((f"run-{user}", f"n{number}"), ticket(user, number))
        assert self.admission.ask(one, begun=True)
        self.out.add(one)

    def ask(self, user: str, number: int, attempt: int, provider: str) -> None:
        key = (f"run-{user}", f"n{number}")
        if key in self.all and self.all[key].attempt != attempt:
            self.out.discard(self.all.pop(key))
        one = self.all.setdefault(key, ticket(user, number, attempt=attempt, provider=provider))
        assert self.admission.ask(one) or one not in self.out
        if self.admission.ask(one):
            self.out.add(one)

    def look(self) -> None:
        for one in self.admission.turns():
            if self.all.get((one.run_id, one.node_id)) == one:
                self.out.add(one)
        users, providers = Counter(o.user_id for o in self.out), Counter(o.provider for o in self.out)
        for one in set(self.all.values()) - self.out:
            allowed = users[one.user_id] < 4 and (one.provider != "x" or providers["x"] < 2)
            assert not (allowed and (len(self.out) < self.most or not users[one.user_id])), one


@given(steps)
def test_none_is_lost_and_no_slot_is_left_idle(story):
    wanted = Wanted(3)
    for what, *more in story:
        getattr(wanted, what)(*more)
        wanted.look()
    assert wanted.admission.demand() == ({"image": len(wanted.all)} if wanted.all else {})
    for user, number in [(one.user_id, int(one.node_id[1:])) for one in wanted.all.values()]:
        wanted.over(user, number)
        wanted.look()
    assert wanted.admission.demand() == {}


@given(st.integers(1, 12), st.integers(1, 8), st.integers(0, 40))
def test_all_get_their_turn_and_nobody_waits_for_more_than_what_lies_ready(slots, users, tasks):
    admission = queue_of(width(slots))
    names_ = [f"u{n}" for n in range(users)]
    out = [one for user in names_ for n in range(tasks) if admission.ask(one := ticket(user, n))]
    assert len(out) <= width(slots) + users
    done = []
    while out:
        one = out.pop(0)
        done.append(one)
        admission.over(one.run_id, one.node_id)
        out += admission.turns()
        assert len(out) <= width(slots) + users
    assert len(set(done)) == users * tasks
