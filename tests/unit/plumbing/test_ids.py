from itertools import pairwise
from uuid import UUID

from kit.ids import named_id, new_id


def test_ids_are_ordered_in_the_order_they_were_made():
    ids = [new_id() for _ in range(10_000)]
    assert all(earlier < later for earlier, later in pairwise(ids))
    assert {UUID(one).version for one in ids} == {7}
    assert {UUID(one).variant for one in ids} == {UUID(new_id()).variant}


def test_named_ids_are_the_same_for_the_same_parts_only():
    assert named_id("user", "route", "key") == named_id("user", "route", "key")
    assert named_id("a", "bc") != named_id("ab", "c")
    assert named_id("a", "") != named_id("a")
    assert named_id("1:a") != named_id("a")
