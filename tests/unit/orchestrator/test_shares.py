"""Who holds which partition, from what was heard."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.subjects import PARTITIONS
from orchestrator.shares import GAP_S, LIVE_S, Roster, shares

names = st.text("abcdef0123456789", min_size=1, max_size=8)
ALL = frozenset(range(PARTITIONS))


@given(st.sets(names, min_size=1, max_size=12))
def test_every_partition_has_a_keeper_and_the_numbers_differ_by_one_at_most(members):
    owner = shares(members)
    numbers = [list(owner.values()).count(member) for member in members]
    assert owner.keys() == ALL
    assert max(numbers) - min(numbers) <= 1


@given(st.lists(names, min_size=1, max_size=12, unique=True))
def test_everybody_works_out_the_same(members):
    assert shares(members) == shares(reversed(members))


def test_who_is_alone_takes_all():
    assert Roster("me").step(0).take == ALL


def test_a_joiner_takes_its_part_and_nothing_is_let_go_before_that():
    old, new = Roster("old"), Roster("new")
    old.held |= ALL
    new.hear("old", old.held, 0)
    old.hear("new", (), 0)
    assert old.step(0).drop == frozenset()
    taken = new.step(0).take
    new.held |= taken
    old.hear("new", taken, 0)
    assert len(taken) == PARTITIONS // 2
    assert old.step(0).drop == taken


def test_what_the_dead_held_is_taken_when_nothing_was_heard_for_too_long():
    one, other = Roster("one"), Roster("other")
    theirs = {p for p, member in shares(["one", "other"]).items() if member == "other"}
    one.held |= ALL - theirs
    one.hear("other", theirs, 0)
    for now in (0.0, LIVE_S / 2, LIVE_S):
        assert one.step(now).take == frozenset()
    assert one.step(LIVE_S + 0.1).take == theirs
    assert other.me == "other"


def test_who_says_that_it_leaves_is_followed_at_once():
    one = Roster("one")
    one.hear("other", ALL, 0)
    one.forget("other")
    assert one.step(0).take == ALL


def test_who_slept_itself_waits_for_the_others_to_be_heard():
    one = Roster("one")
    theirs = {p for p, member in shares(["one", "other"]).items() if member == "other"}
    one.held |= ALL - theirs
    one.hear("other", theirs, 0)
    one.step(0)
    assert one.step(1000).take == frozenset()
    one.step(1000 + LIVE_S / 2)
    one.step(1000 + LIVE_S)
    assert one.step(1000 + LIVE_S + 0.1).take == theirs


def test_what_another_one_held_too_is_looked_at_when_it_holds_it_no_more():
    one = Roster("one")
    one.held |= ALL
    one.hear("other", {1, 2}, 0)
    assert one.step(0).left == frozenset()
    one.hear("other", {2}, 1)
    assert one.step(1).left == {1}
    one.forget("other")
    assert one.step(1).left == {2}
    assert one.step(1).left == frozenset()


def test_what_nobody_holds_is_an_alarm_and_is_taken_by_who_sees_it():
    one = Roster("one")
    theirs = frozenset(p for p, member in shares(["one", "other"]).items() if member == "other")
    one.held |= ALL - theirs
    moves = None
    for second in range(int(GAP_S) + 1):  # it is there, and holds nothing
        one.hear("other", (), second)
        moves = one.step(second)
        assert moves.gap == (theirs if second >= GAP_S else frozenset())
    assert moves.take == theirs
    one.held |= theirs
    assert one.step(GAP_S + 0.5).gap == frozenset()
    one.hear("other", theirs, GAP_S + 0.5)
    assert one.step(GAP_S + 0.6).drop == theirs


class Office:
    """Processes that hear each other, some of them late, as time goes on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rosters: dict[str, Roster] = {}

    def beat(self, silent: frozenset[str] = frozenset()) -> None:
        self.now += 1
        for one in self.rosters.values():
            for other in self.rosters.values():
                if one.me not in silent and other.me not in silent:
                    other.hear(one.me, one.held, self.now)
        for roster in self.rosters.values():
            moves = roster.step(self.now)
            roster.held |= moves.take
            roster.held -= moves.drop


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("join"), names), st.tuples(st.just("die"), names), st.tuples(st.just("silent"), names)
        ),
        max_size=20,
    )
)
def test_however_they_come_and_go_each_partition_has_one_holder_again(story):
    office = Office()
    office.rosters["first"] = Roster("first")
    for what, who in story:
        if what == "join":
            office.rosters.setdefault(who, Roster(who))
        elif what == "die" and who != "first":
            office.rosters.pop(who, None)
        office.beat(frozenset({who}) if what == "silent" else frozenset())
    for _ in range(int(LIVE_S + GAP_S) + 3):
        office.beat()
    holders = [p for roster in office.rosters.values() for p in roster.held]
    assert sorted(holders) == sorted(ALL)


@given(st.lists(names, min_size=1, max_size=6, unique=True))
def test_nobody_lets_go_before_another_one_has_it_when_some_join(joining):
    office = Office()
    office.rosters["first"] = Roster("first")
    office.beat()
    for who in joining:
        office.rosters.setdefault(who, Roster(who))
        for _ in range(4):
            office.beat()
            assert frozenset().union(*(roster.held for roster in office.rosters.values())) == ALL
