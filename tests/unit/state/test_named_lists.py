"""A list is kept once under its name, with its conditions as they were, and is gone once it is removed."""

from __future__ import annotations

import pytest

from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, NotFound

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")
CONDITIONS = {"tier": "vip", "where": ["orders_12m >= 10"]}


def test_a_list_is_kept_under_one_name_until_it_is_removed(database):
    with database.transaction(LI_LEI) as t:
        kept = t.named_lists.save("常买的 VIP", CONDITIONS)
    with database.reading() as t:
        assert t.named_lists.every() == (kept,)
        assert (kept.conditions, kept.saved_by, t.named_lists.count()) == (CONDITIONS, "李雷", 1)
    with pytest.raises(Conflict), database.transaction(LI_LEI) as t:
        t.named_lists.save("常买的 VIP", {"tier": "base"})
    with database.transaction(LI_LEI) as t:
        t.named_lists.remove(kept.list_id)
    with pytest.raises(NotFound), database.reading() as t:
        t.named_lists.one(kept.list_id)
