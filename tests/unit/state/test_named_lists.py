"""A list is kept once under its name, with its conditions as they were, and is gone once it is removed."""

from __future__ import annotations

import pytest

from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, NotFound
from fenji.state.named_lists.repository import named_lists_in

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")
CONDITIONS = {"tier": "vip", "where": ["orders_12m >= 10"]}


def test_a_list_is_kept_under_one_name_until_it_is_removed(database):
    with database.transaction(LI_LEI) as t:
        kept = named_lists_in(t).save("常买的 VIP", CONDITIONS)
    with database.reading() as t:
        assert named_lists_in(t).every() == (kept,)
        assert (kept.conditions, kept.saved_by, named_lists_in(t).count()) == (CONDITIONS, "李雷", 1)
    with pytest.raises(Conflict), database.transaction(LI_LEI) as t:
        named_lists_in(t).save("常买的 VIP", {"tier": "base"})
    with database.transaction(LI_LEI) as t:
        named_lists_in(t).remove(kept.list_id)
    with pytest.raises(NotFound), database.reading() as t:
        named_lists_in(t).one(kept.list_id)
