"""Which ids are one customer, and how keys stay with them; worlds of a few ids, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from fenji.domain.feeds import Feed
from fenji.domain.sources import FileLocation, Source
from fenji.engines.components import connected_components
from fenji.engines.engine import Engine
from fenji.prepare.identity import find_conflicts, find_ties, identify, mention_persons, name_ids
from fenji.tables.clean import IDENTITY, IDENTITY_CONFLICT
from fenji.workspace.erasure_key import keyed

ALL = ("phone", "email", "union_id")
FIELDS = ("space", "customer_id", "phone", "email", "union_id")
PHONE, OTHER_PHONE, EMAIL, UNION = "+8613900000001", "+8613900000002", "li@example.com", "oU1"

Row = tuple[str | None, ...]


def _table(engine: Engine, columns: Sequence[str], rows: Sequence[Row]) -> object:
    return engine.from_arrow(pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(columns)}))


def _mention(
    customer_id: str | None,
    phone: str | None = None,
    email: str | None = None,
    union_id: str | None = None,
    space: str = "workspace",
) -> Row:
    return (space, customer_id, phone, email, union_id)


def _identity(
    engine: Engine,
    mentions: Sequence[Row],
    *,
    known: object = None,
    link_by: Sequence[str] = ALL,
    many: int = 10,
    keys_given: int = 0,
) -> object:
    named = engine.stage(name_ids(_table(engine, FIELDS, mentions), shared_by_many=many))
    found = identify(
        named,
        engine.stage(find_ties(named, link_by=link_by, shared_by_many=many)),
        known,
        link_by=link_by,
        components=partial(connected_components, engine),
        keys_given=keys_given,
    )
    assert engine.stage(found).schema() == IDENTITY.schema
    return engine.stage(found)


def _read(engine: Engine, identity: object) -> dict[tuple[str, str], tuple[int, str]]:
    rows = engine.fetch(identity).to_pylist()
    found = {(row["source"], row["source_customer_id"]): (row["customer_key"], row["rule"]) for row in rows}
    assert len(found) == len(rows)
    assert {row["probability"] for row in rows} <= {1.0}
    return found


def _keys(engine: Engine, identity: object) -> dict[str, int]:
    return {name: key for (_, name), (key, _) in _read(engine, identity).items()}


def _conflicts(
    engine: Engine, mentions: Sequence[Row], *, many: int = 10, link_by: Sequence[str] = ALL
) -> set[tuple[object, ...]]:
    named = engine.stage(name_ids(_table(engine, FIELDS, mentions), shared_by_many=many))
    ties = engine.stage(find_ties(named, link_by=link_by, shared_by_many=many))
    found = find_conflicts(named, ties, link_by=link_by, shared_by_many=many, key=KEY)
    assert engine.stage(found).schema() == IDENTITY_CONFLICT.schema
    return {tuple(row.values()) for row in engine.fetch(found).to_pylist()}


KEY = "00" * 16 + "7f" * 16


def _hash(value: str) -> str:
    return keyed(KEY, value)[:12]


def test_ids_that_share_a_phone_an_email_or_a_union_id_are_one_customer(engine: Engine) -> None:
    mentions = [
        _mention("a", PHONE),
        _mention("b", PHONE, EMAIL),
        _mention("c", None, EMAIL),
        _mention("d", None, None, UNION),
        _mention("e", OTHER_PHONE, None, UNION),
        _mention("f"),
    ]
    assert _read(engine, _identity(engine, mentions)) == {
        ("workspace", "a"): (1, "own_id"),
        ("workspace", "b"): (1, "phone"),
        ("workspace", "c"): (1, "email"),
        ("workspace", "d"): (2, "own_id"),
        ("workspace", "e"): (2, "union_id"),
        ("workspace", "f"): (3, "own_id"),
    }


def test_the_same_id_is_one_customer_in_one_id_space_and_two_in_two(engine: Engine) -> None:
    mentions = [_mention("7"), _mention("7", PHONE), _mention("7", space="tmall")]
    assert _read(engine, _identity(engine, mentions)) == {("tmall", "7"): (1, "own_id"), ("workspace", "7"): (2, "own_id")}


def test_only_identifiers_that_the_settings_name_tie_ids(engine: Engine) -> None:
    mentions = [_mention("a", PHONE, EMAIL), _mention("b", PHONE), _mention("c", None, EMAIL)]
    assert _keys(engine, _identity(engine, mentions, link_by=("email",))) == {"a": 1, "b": 2, "c": 1}
    assert _keys(engine, _identity(engine, mentions, link_by=())) == {"a": 1, "b": 2, "c": 3}
    assert _conflicts(engine, mentions, link_by=()) == set()


def test_rows_without_id_stand_under_their_first_identifier_and_join_the_id_that_has_it(engine: Engine) -> None:
    mentions = [
        _mention(None, PHONE, EMAIL),
        _mention("z", None, EMAIL),
        _mention(None, None, "wu@example.com"),
        _mention(None, None, None, "oU9"),
    ]
    assert _read(engine, _identity(engine, mentions)) == {
        ("workspace", f"phone:{PHONE}"): (2, "phone"),
        ("workspace", "z"): (2, "own_id"),
        ("workspace", "email:wu@example.com"): (1, "email"),
        ("workspace", "union:oU9"): (3, "union_id"),
    }


def test_a_phone_shared_by_more_ids_than_the_limit_ties_nobody_and_is_reported(engine: Engine) -> None:
    shop = [_mention(name, PHONE) for name in "abcd"]
    assert _keys(engine, _identity(engine, shop, many=4)) == dict.fromkeys("abcd", 1)
    assert _conflicts(engine, shop, many=4) == set()
    assert _keys(engine, _identity(engine, shop, many=3)) == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert _conflicts(engine, shop, many=3) == {("phone_shared_by_many", _hash(PHONE), 4, False)}


def test_a_row_that_has_nothing_but_a_phone_shared_by_many_is_nobodys(engine: Engine) -> None:
    shop = [*(_mention(name, PHONE) for name in "abcd"), _mention(None, PHONE), _mention(None, PHONE, EMAIL)]
    assert _keys(engine, _identity(engine, shop, many=3)) == {"a": 1, "b": 2, "c": 3, "d": 4, f"email:{EMAIL}": 5}


def test_a_guest_account_with_many_phones_does_not_tie_their_owners(engine: Engine) -> None:
    phones = [f"+861380000000{n}" for n in range(4)]
    mentions = [
        *(_mention("guest", phone) for phone in phones),
        *(_mention(f"owner{n}", phone) for n, phone in enumerate(phones)),
    ]
    assert len(set(_keys(engine, _identity(engine, mentions, many=3)).values())) == 5
    assert _conflicts(engine, mentions, many=3) == {("several_phones", _hash("workspace\x1fguest"), 4, False)}
    assert set(_keys(engine, _identity(engine, mentions, many=4)).values()) == {1}
    assert _conflicts(engine, mentions, many=4) == {("several_phones", _hash("workspace\x1fguest"), 4, True)}


def test_known_ids_keep_their_key_and_new_ones_continue_after_the_largest(engine: Engine) -> None:
    first = _identity(engine, [_mention("m"), _mention("p")])
    assert _keys(engine, first) == {"m": 1, "p": 2}
    later = _identity(engine, [_mention("a"), _mention("m"), _mention("p"), _mention("b")], known=first)
    assert _keys(engine, later) == {"a": 3, "b": 4, "m": 1, "p": 2}
    assert _keys(engine, _identity(engine, [_mention("a"), _mention("m")], known=first, keys_given=8)) == {"a": 9, "m": 1}
    assert _keys(engine, _identity(engine, [_mention("a")], keys_given=8)) == {"a": 9}


def test_customers_that_become_one_take_the_smallest_key(engine: Engine) -> None:
    before = _identity(engine, [_mention("a"), _mention("b"), _mention("c")])
    merged = _identity(engine, [_mention("a"), _mention("b", PHONE), _mention("c", PHONE)], known=before)
    assert _keys(engine, merged) == {"a": 1, "b": 2, "c": 2}


def test_when_a_link_is_gone_the_smallest_id_keeps_the_key_and_the_others_are_new(engine: Engine) -> None:
    before = _identity(engine, [_mention("a", PHONE), _mention("b", PHONE), _mention("c", PHONE), _mention("d")])
    assert _keys(engine, before) == {"a": 1, "b": 1, "c": 1, "d": 2}
    after = _identity(engine, [_mention("a"), _mention("b", PHONE), _mention("c", PHONE), _mention("d")], known=before)
    assert _keys(engine, after) == {"a": 1, "b": 3, "c": 3, "d": 2}


def test_an_id_that_leaves_one_known_customer_for_another_takes_nothing_with_it(engine: Engine) -> None:
    before = _identity(engine, [_mention("a", PHONE), _mention("b", PHONE), _mention("c")])
    after = _identity(engine, [_mention("a", PHONE), _mention("b", OTHER_PHONE), _mention("c", OTHER_PHONE)], known=before)
    assert _keys(engine, after) == {"a": 1, "b": 2, "c": 2}


def test_kept_rows_of_every_feed_mention_persons_referrers_too(engine: Engine) -> None:
    nowhere = FileLocation(("x.csv",))
    sources = [
        Source("shop", Feed.CUSTOMER, nowhere, {}),
        Source("tmall", Feed.ORDER_LINE, nowhere, {}, shares_ids_with="taobao"),
    ]
    person = ("source", "customer_id", "phone", "email", "union_id")
    rows = {
        Feed.CUSTOMER: _table(
            engine,
            (*person, "referrer_id", "reason"),
            [("shop", "1", PHONE, None, None, "5", None), ("shop", "2", None, None, None, None, None)],
        ),
        Feed.ORDER_LINE: _table(
            engine,
            (*person, "reason"),
            [
                ("tmall", "1", None, None, None, None),
                ("tmall", None, None, None, None, None),
                ("tmall", "9", None, None, None, "unpaid"),
            ],
        ),
        Feed.PRODUCT: _table(engine, ("source", "product_id", "reason"), [("shop", "p", None)]),
        Feed.REFERRAL: _table(engine, ("source", "customer_id", "referrer_id", "reason"), [("shop", "2", "8", None)]),
    }
    found = engine.fetch(mention_persons(rows, sources)).to_pylist()
    assert {tuple(row.values()) for row in found} == {
        ("workspace", "1", PHONE, None, None),
        ("workspace", "5", None, None, None),
        ("workspace", "2", None, None, None),
        ("workspace", "8", None, None, None),
        ("taobao", "1", None, None, None),
    }


def test_a_phone_of_many_addresses_names_nobody(duck: Engine) -> None:
    """A shop's own phone on the orders of guests: each is known by the e-mail. Two addresses of one phone are one person's."""
    guests = [_mention(None, PHONE, f"g{n}@x.com") for n in range(4)]
    family = [_mention(None, OTHER_PHONE, f"f{n}@x.com") for n in range(2)]
    keys = _keys(duck, _identity(duck, [*guests, *family], many=3))
    assert set(keys) == {*(f"email:g{n}@x.com" for n in range(4)), f"phone:{OTHER_PHONE}"}
