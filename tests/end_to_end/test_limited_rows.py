"""Whoever sees only some customers learns nothing of the others, and whoever may not see personal values sees none.

World: 24 customers of two regions, who are known by their phones, with names and e-mails. Every second one is of 华东 and buys in the
shop, the others are of 华北 and buy on the web; the first of each region buys in both. Two sources: the till knows 华东 only.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from fenji.answers.catalog import ANSWERS
from fenji.answers.json import plain, to_json
from fenji.answers.views import MASKED
from fenji.cli.main import answer
from fenji.domain.access import LimitColumn, RowLimit
from fenji.domain.trends import Measure
from fenji.errors import FenjiError, Forbidden, NotFound, NotStored
from fenji.language import Language
from fenji.reports.lists import write_list
from fenji.tables import clean, insight, raw
from fenji.workflow import (
    auditing,
    backing_up,
    baskets,
    checking,
    churn,
    customers,
    forecast,
    mapping,
    moves,
    overrides,
    persons,
    persons_erase,
    policies,
    priority,
    pruning,
    publishing,
    quality,
    recommend,
    repairing,
    replaying,
    reporting,
    restoring,
    running,
    runs,
    runs_compared,
    segments,
    starting,
    structure,
    suggesting,
    tables,
    taking,
    tiers,
    trends,
    trying,
    value,
    whatif,
    why,
)
from fenji.workflow.loyalty import (
    benefits,
    members,
    offers,
    points_adjust,
    points_figures,
    points_import,
    points_post,
    points_rules,
    referrals,
    vouchers,
)
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace
from fenji.workspace.limits import limited_to
from fenji.workspace.opening import open_question, open_session
from fenji.workspace.session import whole_company

AS_OF = date(2026, 6, 30)
EAST, NORTH = "华东", "华北"
REGION = RowLimit(LimitColumn.REGION, (EAST,))
COLUMNS = ("customer_id", "name", "phone", "email", "birth_on", "region", "tier", "net_revenue_12m")


@dataclass(frozen=True)
class Person:
    number: int

    @property
    def region(self) -> str:
        return EAST if self.number % 2 else NORTH

    @property
    def phone(self) -> str:
        return f"138{self.number:04d}{5000 + 7 * self.number:04d}"

    @property
    def name(self) -> str:
        return f"{'王李赵钱'[self.number % 4]}小{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地'[self.number]}"

    @property
    def email(self) -> str:
        return f"p{self.number:02d}zhang@mail{self.number % 2}.com"

    @property
    def referrer(self) -> str:
        """Number 3, of 华东, has brought number 2, of 华北."""
        return Person(3).phone if self.number == 2 else ""

    @property
    def values(self) -> tuple[str, ...]:
        return self.phone, self.name, self.email


PEOPLE = tuple(map(Person, range(24)))
MINE = tuple(each for each in PEOPLE if each.region == EAST)
OTHERS = tuple(each for each in PEOPLE if each.region == NORTH)
ME, OTHER = MINE[1], OTHERS[1]


def orders() -> Iterator[str]:
    draw = random.Random(11)
    number = 0
    for person in PEOPLE:
        for turn in range(draw.randint(2, 6)):
            number += 1
            on = date(2026, 3, 5) + timedelta(days=draw.randint(0, 115))
            channel = "web" if (person.region == NORTH) != (person.number < 2 and turn == 0) else "shop"
            product = f"690123456789{draw.randint(1, 9)}"
            yield f"A{number:05d},{person.phone},{on} 10:00:00,{draw.randint(20, 900)}.50,{channel},tea,{product}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("limited") / "shop"
    assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
    settings = root / "fenji.toml"
    settings.write_text('history_begins_on = "2026-04-30"\n' + settings.read_text("utf-8"), "utf-8")
    exports = root / "exports"
    exports.mkdir()
    members = [
        f"{each.phone},{each.name},{each.phone},{each.email},{each.region},1990-0{1 + each.number % 9}-02,{each.referrer}"
        for each in PEOPLE
    ]
    (exports / "members.csv").write_text("\n".join(["会员编号,姓名,手机号,邮箱,地区,生日,推荐人", *members]) + "\n", "utf-8")
    (exports / "orders.csv").write_text(
        "\n".join(["订单号,会员编号,下单时间,实付金额,渠道,品类,商品编码", *orders()]) + "\n", "utf-8"
    )
    place = ("--workspace", str(root))
    assert answer(["map", str(exports), *place, "--write"]) == 0
    assert answer(["run", *place, "--as-of", str(AS_OF), "--history", "3"]) == 0
    return root


@pytest.fixture(scope="module")
def analyzed(shop: Path) -> Path:
    for command in ("value", "churn --propensity", "priority", "segments", "recommend"):
        assert answer([*command.split(), "--workspace", str(shop)]) == 0
    return shop


Question = Callable[[Path, str], object]

ANSWERED: dict[str, tuple[Question, ...]] = {
    "tiers": (
        lambda root, _id: tiers.tiers_at(root),
        lambda root, _id: tiers.tiers_at(root, by="region"),
        lambda root, _id: tiers.tiers_at(root, as_of=date(2026, 5, 31), by="net_revenue_12m"),
    ),
    "moves": (
        lambda root, _id: moves.moves_between(root),
        lambda root, _id: moves.moves_between(root, earlier_on=date(2026, 4, 30)),
    ),
    "customers": (
        lambda root, _id: customers.customers_at(root, Asked(), columns=COLUMNS),
        lambda root, _id: customers.customers_at(root, Asked(moved_to="entry")),
        lambda root, _id: customers.customers_at(root, Asked(where=("net_revenue_12m in top 20%",))),
    ),
    "customers by analyses": (
        lambda root, _id: customers.customers_at(root, Asked(segment=f"region={EAST}"), sort="position"),
        lambda root, _id: customers.customers_at(root, Asked(), columns=("position", "mark", "rfm_segment", "risk")),
    ),
    "why": (why.why_of,),
    "value": (lambda root, who: value.value_at(root, customer=who),),
    "priority": (lambda root, who: priority.priority_at(root, customer=who),),
    "churn": (lambda root, who: churn.churn_at(root, customer=who),),
    "churn --propensity": (lambda root, who: churn.propensity_at(root, customer=who),),
    "segments": (lambda root, who: segments.segments_at(root, customer=who),),
    "recommend": (lambda root, who: recommend.recommend_at(root, customer=who),),
}
"""What is answered of those customers alone whom the one who asks sees."""

OF_ONE = ("why", "value", "priority", "churn", "churn --propensity", "segments", "recommend")
"""Of them, those about one customer."""


def silent(*_told: object) -> None:
    """Nobody is told."""


REFUSED: dict[str, Question] = {
    "map": lambda root, _id: mapping.map_files(root, [root / "exports"], language=Language.EN, ask=silent),
    "start": lambda root, _id: starting.start(root, language=Language.EN, ask=silent),
    "run": lambda root, _id: running.run_all(root),
    "quality": lambda root, _id: quality.report_quality(root),
    "customers --out": lambda root, _id: taking.open_stored_list(
        root, taking.StoredList.SEGMENTS, run_id="any", as_of=AS_OF
    ).__enter__(),
    "tables": lambda root, _id: tables.tables_now(root),
    "structure": lambda root, _id: structure.structure_of(root, structure.Part.PROFILE),
    "audit": lambda root, _id: auditing.list_audit(root),
    "audit --verify": lambda root, _id: auditing.verify_audit(root),
    "check": lambda root, _id: checking.check_workspace(root),
    "repair": lambda root, _id: repairing.repair_workspace(root),
    "prune": lambda root, _id: pruning.prune_workspace(root, keep=1),
    "backup": lambda root, _id: backing_up.back_up(root, root / "backup.zip"),
    "restore": lambda root, _id: restoring.restore(root / "backup.zip", root / "again"),
    "person export": persons.export_person,
    "person erase": persons_erase.erase_person,
    "person list-places": persons.list_places,
    "forecast": lambda root, _id: forecast.forecast_at(root),
    "forecast --of revenue": lambda root, _id: trends.trend_at(root, measure=Measure.REVENUE),
    "rules": lambda root, _id: baskets.rules_at(root),
    "policy show": lambda root, _id: policies.show_policy(root),
    "policy lint": lambda root, _id: policies.lint_policies(root),
    "policy publish": lambda root, _id: publishing.publish_policy(root, root / "policies" / "spend.yaml"),
    "policy suggest": lambda root, _id: suggesting.suggest_policy(root),
    "policy override": overrides.end_overrides,
    "runs list": lambda root, _id: runs.list_runs(root),
    "runs compare": lambda root, _id: runs_compared.compare_runs(root, "a", "b"),
    "report": lambda root, _id: reporting.report_setup(root),
    "points lint": lambda root, _id: points_rules.lint_program(root, root / "fenji.toml"),
    "points publish": lambda root, _id: points_rules.publish_program(root, root / "fenji.toml"),
    "points post": lambda root, _id: points_post.post_points(root),
    "points import": lambda root, _id: points_import.import_balances(root, root / "fenji.toml"),
    "points adjustments": lambda root, _id: points_adjust.list_adjustments(root),
    "points approve": lambda root, _id: points_adjust.decide_adjustment(root, 1, is_approved=True),
    "points refuse": lambda root, _id: points_adjust.decide_adjustment(root, 1, is_approved=False),
    "points liability": lambda root, _id: points_figures.points_liability(root),
    "points flow": lambda root, _id: points_figures.points_flow(root),
    "points check": lambda root, _id: points_figures.check_points(root),
    "members list": lambda root, _id: members.list_members(root),
    "members link": lambda root, who: members.link_id(root, who, "till", "1"),
    "members merges": lambda root, _id: members.list_merges(root),
    "members merge": lambda root, who: members.propose_merge(root, who, who),
    "members approve": lambda root, _id: members.approve_merge(root, 1),
    "members refuse": lambda root, _id: members.refuse_merge(root, 1, reason="no"),
    "members unmerge": lambda root, _id: members.undo_merge(root, 1, reason="no"),
    "offers lint": lambda root, _id: offers.lint_offers(root, root / "fenji.toml"),
    "offers publish": lambda root, _id: offers.publish_offers(root, root / "fenji.toml"),
    "offers issue": lambda root, who: vouchers.issue_vouchers(root, "o", vouchers.Recipients(customers=(who,)), "k"),
    "offers withdraw": lambda root, _id: vouchers.withdraw_voucher(root, 1, "no reason"),
    "referrals check": lambda root, _id: referrals.check_referrals(root),
    "referrals list": lambda root, _id: referrals.list_referrals(root),
    "referrals decide": lambda root, who: referrals.decide_referral(root, who, "seen", is_accepted=True),
    "benefits lint": lambda root, _id: benefits.lint_benefits(root, root / "fenji.toml"),
    "benefits publish": lambda root, _id: benefits.publish_benefits(root, root / "fenji.toml"),
    "benefits cost": lambda root, _id: benefits.cost_benefits(root),
    "whatif": lambda root, _id: whatif.whatif_at(root, root / "policies" / "spend.yaml"),
    "whatif --replay": lambda root, _id: replaying.replay_at(root, root / "policies" / "spend.yaml", reviews=2),
    "whatif (without FILE)": lambda root, _id: trying.try_cuts(root, trying.Tries()),
}
"""What is of the whole company."""

WITHOUT_WORKSPACE = {"init", "selftest", "demo"}
"""What reads no workspace that is there."""

OF_RULES = {
    *(f"policy {each}" for each in ("list", "drafts", "drafts 1", "diff", "submit", "approve", "refuse")),
    *("offers show", "offers list", "benefits show"),
}
"""Rules are the same for everybody, and tell of no customer."""

OF_STAFF = {
    *(f"person {each}" for each in ("add", "list", "roles", "enable", "disable", "reset")),
    *(f"token {each}" for each in ("make", "list", "revoke")),
    *(f"webhook {each}" for each in ("add", "list", "remove", "rotate", "enable", "replay")),
    *(f"alerts {each}" for each in ("list", "history", "test", "acknowledge")),
    *(f"jobs {each}" for each in ("list", "show", "cancel", "schedule")),
    *("serve", "work"),
}
"""Of those who work here and of the server; rights of their own keep them, and no customer stands in them."""

FILTERED = {
    "policy overrides",
    *(f"points {each}" for each in ("balance", "statement", "redeem", "hold", "release", "undo", "adjust")),
    *(f"offers {each}" for each in ("vouchers", "check", "reserve", "redeem", "release", "give-back")),
    *(f"referrals {each}" for each in ("code", "claim")),
}
"""Of own customers only; see tests/unit/workflow/test_proposing.py, and test_limited_points.py for what a till does."""


def test_every_answer_is_classified() -> None:
    answered = set(ANSWERED) - {"customers by analyses"}
    sorts = [answered, set(REFUSED), WITHOUT_WORKSPACE, OF_RULES, OF_STAFF, FILTERED]
    assert set().union(*sorts) == set(ANSWERS)
    assert sum(map(len, sorts)) == len(ANSWERS)


STORED = {"tiers", "moves", "customers", "why"}
"""What a run answers without analyses; the others need those of this world, which take longer than a change may wait."""


def case(name: str, *others: object) -> object:
    """One case of a test; that of an analysis is a proof."""
    return pytest.param(name, *others, marks=() if name in STORED else pytest.mark.proof)


CASES = [case(name, number) for name, asked in ANSWERED.items() for number in range(len(asked))]


@pytest.fixture
def world(request: pytest.FixtureRequest, name: str) -> Path:
    """The workspace, with the analyses where the question needs them."""
    found: Path = request.getfixturevalue("shop" if name in STORED else "analyzed")
    return found


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_limited_answer_says_nothing_of_other_customers(world: Path, name: str, number: int) -> None:
    with limited_to([REGION]):
        found = to_json(ANSWERED[name][number](world, ME.phone), Language.EN)
    assert [each for other in OTHERS for each in other.values if each in found] == []
    assert NORTH not in found
    assert [count for count in re.findall(r'"(?:customers|count|total)": (\d+)', found) if int(count) > len(MINE)] == []


@pytest.mark.parametrize("name", map(case, OF_ONE))
def test_somebody_elses_customer_is_as_unknown_as_one_who_is_not_there(world: Path, name: str) -> None:
    told = []
    for asked in (OTHER.phone, OTHER.name, OTHER.email, "13999999999"):
        with limited_to([REGION]), pytest.raises(NotFound) as caught:
            ANSWERED[name][0](world, asked)
        told.append(str(caught.value))
    assert len(set(told)) == 1


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_of_the_whole_company_is_refused(shop: Path, name: str) -> None:
    with limited_to([REGION]), pytest.raises(Forbidden, match="you see only the customers of: region 华东"):
        REFUSED[name](shop, ME.phone)


@pytest.mark.parametrize("name", [each for each in OF_ONE if each != "why"])
def test_analyses_of_everybody_are_refused(shop: Path, name: str) -> None:
    asked = {
        "value": value.value_at,
        "priority": priority.priority_at,
        "churn": churn.churn_at,
        "churn --propensity": churn.propensity_at,
        "segments": segments.segments_at,
        "recommend": recommend.recommend_at,
    }
    with limited_to([REGION]), pytest.raises(Forbidden):
        asked[name](shop)


def sql(root: Path, query: str) -> list[tuple[object, ...]]:
    """Plain SQL over the published tables of the last run."""
    with open_question(open_workspace(root)) as session, duckdb.connect() as connection:
        for contract in (clean.CUSTOMER, insight.TIER_ASSIGNMENT):
            files = [str(each) for each in session.files_of(session.latest().run_id, contract)]
            connection.from_parquet(files, hive_partitioning=False).create_view(contract.name)
        return connection.execute(query).fetchall()


def test_tiers_of_a_region_are_those_that_plain_sql_counts(shop: Path) -> None:
    query = """SELECT tier, count(*), sum(net_revenue_12m) FROM tier_assignment SEMI JOIN (FROM customer WHERE region = '华东') USING (customer_key)
        WHERE as_of = DATE '{}' AND tier IS NOT NULL GROUP BY 1"""
    for on in (AS_OF, date(2026, 5, 31)):
        with limited_to([REGION]):
            found = tiers.tiers_at(shop, as_of=on)
        expected = {tier: (count, revenue) for tier, count, revenue in sql(shop, query.format(on))}
        assert {each.tier: (each.customers, each.net_revenue_12m) for each in found.tiers if each.customers} == expected
        assert found.customers == sum(int(str(count)) for count, _revenue in expected.values())
        assert sum(each.share for each in found.tiers) == pytest.approx(1)


def test_movements_of_the_regions_add_up_to_those_of_all_and_each_flow_closes(shop: Path) -> None:
    counted: list[Counter[object]] = []
    flows: list[Counter[object]] = []
    for values in ((EAST,), (NORTH,), ()):
        with limited_to([RowLimit(LimitColumn.REGION, values)] if values else []):
            found = moves.moves_between(shop, earlier_on=date(2026, 4, 30))
        counted.append(Counter({(each.from_tier, each.to_tier, each.cause): each.customers for each in found.movements}))
        flows.append(
            Counter({(each.tier, name): count for each in found.flows for name, count in vars(each).items() if name != "tier"})
        )
    east, north, everybody = counted
    assert east + north == everybody
    assert flows[0] + flows[1] == +flows[2]


@pytest.mark.parametrize(
    ("limits", "people"),
    [
        ([REGION], MINE),
        ([RowLimit(LimitColumn.REGION, (EAST, NORTH))], PEOPLE),
        ([RowLimit(LimitColumn.REGION, ("华南",))], ()),
        ([RowLimit(LimitColumn.SHOP, ("shop",))], (PEOPLE[0], *MINE)),
        ([RowLimit(LimitColumn.SHOP, ("shop",)), RowLimit(LimitColumn.REGION, (NORTH,))], (PEOPLE[0],)),
    ],
    ids=["a region", "both regions", "a region of nobody", "a shop", "a shop and a region"],
)
def test_lists_hold_exactly_the_customers_within_all_limits(
    shop: Path, limits: Sequence[RowLimit], people: Sequence[Person]
) -> None:
    with limited_to(limits):
        found = customers.customers_at(shop, Asked(), columns=("customer_id",))
        assert found.count == len(people)
        assert {row["customer_id"] for row in found.rows} == {each.phone for each in people}
        assert tiers.tiers_at(shop).customers == len(people)


def test_a_source_sees_the_customers_whom_it_knows(shop: Path) -> None:
    with limited_to([RowLimit(LimitColumn.SOURCE, ("nowhere",))]):
        assert customers.customers_at(shop, Asked()).count == 0
    with open_question(open_workspace(shop)) as session:
        (source,) = {row["source"] for row in session.rows(session.latest().run_id, clean.IDENTITY)}
    with limited_to([RowLimit(LimitColumn.SOURCE, (source,))]):
        assert customers.customers_at(shop, Asked()).count == len(PEOPLE)


def test_a_list_page_by_page_and_its_export_hold_the_same_customers(shop: Path, tmp_path: Path) -> None:
    seen, after = [], None
    with limited_to([REGION]):
        while True:
            page = customers.customers_at(shop, Asked(), columns=("customer_id",), limit=5, after=after)
            seen += [row["customer_id"] for row in page.rows]
            after = page.after
            if after is None:
                break
        with customers.open_customers(shop, Asked(), columns=("customer_id", "region")) as listing:
            write_list(listing, tmp_path / "list.csv", language=Language.EN)
    assert sorted(map(str, seen)) == sorted(each.phone for each in MINE)
    text = (tmp_path / "list.csv").read_text("utf-8-sig")
    assert all(each.phone in text for each in MINE)
    assert NORTH not in text


def test_a_share_of_all_is_that_of_the_company_and_an_uploaded_list_finds_only_own_customers(shop: Path, tmp_path: Path) -> None:
    top = Asked(where=("net_revenue_12m in top 25%",))
    everybody = {row["customer_id"] for row in customers.customers_at(shop, top, columns=("customer_id",)).rows}
    file = tmp_path / "list.csv"
    file.write_text(f"{ME.phone}\n{OTHER.phone}\n13999999999" + "\n", "utf-8")
    with limited_to([REGION]):
        mine = {row["customer_id"] for row in customers.customers_at(shop, top, columns=("customer_id",)).rows}
        uploaded = customers.customers_at(shop, Asked(uploaded=file), columns=("customer_id",))
    assert mine == everybody & {each.phone for each in MINE}
    assert [row["customer_id"] for row in uploaded.rows] == [ME.phone]
    assert uploaded.uploaded is not None
    assert uploaded.uploaded.not_found == (OTHER.phone, "13999999999")


@pytest.mark.proof
def test_a_place_in_the_ranking_is_one_among_own_customers(analyzed: Path) -> None:
    with limited_to([REGION]):
        found = customers.customers_at(analyzed, Asked(), columns=("customer_id", "position"), sort="position")
        ranked = priority.priority_at(analyzed, customer=str(found.rows[3]["customer_id"]))
    assert [row["position"] for row in found.rows] == list(range(1, len(MINE) + 1))
    assert ranked.customer is not None
    assert ranked.customer.position == 4
    assert f"Place 4 of {len(MINE)} " in plain(ranked, Language.EN)["customer"]["sentences"][0]


def test_reasons_are_those_that_everybody_is_told(shop: Path) -> None:
    whole = to_json(why.why_of(shop, ME.phone), Language.EN)
    with limited_to([REGION]):
        assert to_json(why.why_of(shop, ME.phone), Language.EN) == whole


def test_what_a_customer_has_brought_by_others_is_measured_on_the_orders_of_all(shop: Path) -> None:
    def rows() -> dict[object, object]:
        columns = ("customer_id", "referred_revenue_12m", "net_revenue_12m")
        found = customers.customers_at(shop, Asked(), columns=columns, as_of=date(2026, 5, 31))
        return {row["customer_id"]: dict(row) for row in found.rows}

    everybody = rows()
    with limited_to([REGION]):
        mine = rows()
    assert mine == {each.phone: everybody[each.phone] for each in MINE}
    brought = {who for who, row in mine.items() if row["referred_revenue_12m"]}
    assert brought == {Person(3).phone}


def test_a_limited_session_reads_no_other_table_and_no_file(shop: Path) -> None:
    workspace = open_workspace(shop)
    with limited_to([REGION]), open_question(workspace) as session:
        run_id = session.latest().run_id
        assert len(session.rows(run_id, clean.CUSTOMER)) == len(MINE)
        for contract in (insight.TIER_COUNT, insight.TIER_FLOW, clean.PAYMENT, clean.COLUMN_QUALITY, insight.ORDER_SUMMARY):
            with pytest.raises(Forbidden):
                session.read(run_id, contract)
            with pytest.raises(Forbidden):
                session.rows(run_id, contract)
        with pytest.raises(Forbidden):
            session.files_of(run_id, clean.CUSTOMER)
        with pytest.raises(Forbidden):
            session.read_raw([], next(iter(raw.RAW.values())))
        assert len(whole_company(session).rows(run_id, clean.CUSTOMER)) == len(PEOPLE)
    with limited_to([REGION]), pytest.raises(Forbidden), open_session(workspace):
        pass


def test_nothing_is_computed_for_some_customers_only(shop: Path) -> None:
    with limited_to([REGION]), pytest.raises(NotStored):
        tiers.tiers_at(shop, as_of=date(2026, 6, 15))


def test_inner_limits_add_to_outer_ones_and_a_kept_session_serves_no_other_limits(shop: Path) -> None:
    def count() -> int:
        return customers.customers_at(shop, Asked()).count

    with limited_to([REGION]):
        assert count() == len(MINE)
        with limited_to([]):
            assert count() == len(MINE)
        with limited_to([RowLimit(LimitColumn.REGION, (NORTH,))]):
            assert count() == 0
        assert count() == len(MINE)
    assert count() == len(PEOPLE)


ALSO: dict[str, Question] = {
    "quality": REFUSED["quality"],
    "audit": REFUSED["audit"],
    "person list-places": REFUSED["person list-places"],
    "person export": REFUSED["person export"],
    "policy overrides": lambda root, _id: overrides.list_overrides(root),
    "run": lambda root, _id: running.run_all(root, as_of=AS_OF),
    "map": lambda root, _id: mapping.map_files(root.parent / "new", [root / "exports"], language=Language.ZH, ask=silent),
    "whatif": REFUSED["whatif"],
    "recommend to": lambda root, _id: recommend.recommend_at(root, product="6901234567891"),
}
"""What may hold personal values, of the whole company."""

QUICK = {"quality", "audit", "person list-places", "policy overrides"}


@pytest.mark.parametrize(("name", "number"), [case(name, number) for name in ANSWERED for number in range(len(ANSWERED[name]))])
def test_a_masked_answer_holds_no_phone_name_or_email(world: Path, name: str, number: int) -> None:
    for who in (ME.phone, ME.name):
        assert personal_in(ANSWERED[name][number](world, who)) == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.proof) for name in ALSO])
def test_a_masked_answer_of_the_company_holds_none_either(request: pytest.FixtureRequest, name: str) -> None:
    root = request.getfixturevalue("shop" if name in QUICK else "analyzed")
    assert personal_in(ALSO[name](root, ME.phone)) == []


def personal_in(found: object) -> list[str]:
    """The personal values of anybody that stand in the masked JSON of an answer."""
    text = to_json(found, Language.ZH, MASKED)
    return [each for person in PEOPLE for each in person.values if each in text]


def test_a_masked_list_shows_ends_only_and_its_export_too(shop: Path, tmp_path: Path) -> None:
    asked = Asked(where=("net_revenue_12m > 0",))
    row = plain(customers.customers_at(shop, asked, columns=COLUMNS, sort="customer_id"), Language.EN, MASKED)["rows"][0]
    first = PEOPLE[0]
    assert row["customer_id"] == row["phone"] == f"138****{first.phone[-4:]}"
    assert (row["name"], row["email"], row["birth_on"]) == (f"{first.name[0]}*{first.name[-1]}", "p***@mail0.com", None)
    assert isinstance(row["net_revenue_12m"], Decimal)


def test_an_error_that_repeats_what_was_asked_is_masked(shop: Path) -> None:
    with pytest.raises(FenjiError) as caught:
        customers.customers_at(shop, Asked(tier=ME.phone))
    assert ME.phone in to_json(list(caught.value.problems), Language.EN)
    assert ME.phone not in to_json(list(caught.value.problems), Language.EN, MASKED)


@pytest.mark.proof
def test_the_reason_of_a_tier_given_by_hand_is_withheld_in_every_sentence(shop: Path) -> None:
    words = f"{ME.name} has moved to Paris"
    given = ["policy", "override", ME.phone, "--tier", "vip", "--until", "2026-12-31", "--reason", words, "--person", "Boss"]
    place = ("--workspace", str(shop))
    assert answer([*given, "--from", "2026-06-01", *place]) == 0
    assert answer(["run", *place, "--as-of", str(AS_OF), "--history", "3"]) == 0
    found = why.why_of(shop, ME.phone)
    assert words in to_json(found, Language.EN)
    assert "Paris" not in to_json(found, Language.EN, MASKED)
    assert "***" in plain(found, Language.EN, MASKED)["keeping"][0]
