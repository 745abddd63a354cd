"""A whole run on either engine publishes the same tables, to the cent: every feed, every kind of cell that people write.

World: two shops and an office. Orders with a status that nobody knows, with split totals, refunds, returns, foreign money, an id that a spreadsheet has destroyed,
amounts that are none, files that overlap; customers who share a phone; visits, opinions, contacts, coupons, referrals in a circle,
contracts that run, have ended, or cannot be.
"""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest

from fenji.choices import EngineName
from fenji.language import Language
from fenji.tables.clean import CLEAN
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workspace.erasure_key import KEY_FILE
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ELSEWHERE = {
    *("clean.payment", "clean.return", "clean.balance", "clean.order_number_conflict"),
    *("insight.tier_threshold", "insight.tier_profile"),
}
"""Tables that stay empty in this world; tests of their own fill them on both engines."""

SETTINGS = """
language = "zh"
shared_by_many = 2
spark_options = { "spark.sql.shuffle.partitions" = "1", "spark.sql.adaptive.enabled" = "false" }

[rates.USD]
"2025-05" = 7.1875
"2025-06" = 7.2
"""

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: [orders_may.csv, orders_june.csv]
    return_order_pattern: ^R
    columns:
      order_id: 订单编号
      customer_id: 买家
      phone: 手机号
      ordered_at: 下单时间
      status: 订单状态
      product_id: 商品编码
      product_name: 标题
      quantity: 数量
      unit_price: 单价
      order_amount: 实付
      refund_amount: 退款
      refunded_at: 退款时间
      region: 省份
    drop:
      - {column: product_id, values: [POST], reason: postage}
      - {column: product_name, pattern: 测试.*, reason: tests}
  - source: abroad
    feed: order_line
    files: abroad.tsv
    time_zone: America/New_York
    repeats: drop
    columns:
      order_id: Order
      email: E-mail
      ordered_at: Date
      line_amount: Paid
      currency: Currency
      category: Category
      channel: {constant: web}
  - source: members
    feed: customer
    files: members.csv
    columns:
      customer_id: 会员号
      phone: 手机
      email: 邮箱
      union_id: unionid
      name: 姓名
      gender: 性别
      birth_on: 生日
      registered_at: 注册
      referrer_id: 推荐人
      consent_marketing: 授权
  - source: goods
    feed: product
    files: goods.csv
    columns: {product_id: 编码, name: 名称, category: 类目, unit_cost: {column: 成本(分), unit: fen}}
  - source: visits
    feed: event
    files: visits.csv
    columns: {customer_id: who, at: at, kind: what, value: how_much}
  - source: opinions
    feed: feedback
    files: opinions.csv
    score_scale: [1, 5]
    columns: {customer_id: who, at: at, kind: kind, score: score, resolved_at: resolved, text: text}
  - source: calls
    feed: campaign_contact
    files: calls.csv
    columns: {campaign_id: campaign, customer_id: who, contacted_at: at, cost: cost}
  - source: coupons
    feed: redemption
    files: coupons.csv
    columns: {redemption_id: id, customer_id: who, redeemed_at: at, value: value}
  - source: friends
    feed: referral
    files: friends.csv
    columns: {referrer_id: from, customer_id: to, referred_at: at}
  - source: contracts
    feed: contract
    files: [contracts_may.csv, contracts_june.csv]
    currency: USD
    columns: {contract_id: 合同号, customer_id: who, started_at: 开始, ended_at: 结束, plan: 套餐, monthly_fee: 月费, status: 状态}
"""

HEADER = "订单编号,买家,手机号,下单时间,订单状态,商品编码,标题,数量,单价,实付,退款,退款时间,省份\n"
FILES = {
    "orders_may.csv": HEADER
    + """A1,u1,138 0013 8000,2025-05-01 00:30:00,交易成功,P1,茶,1,33.34,"1,000.01",,,浙江省
A1,u1,138 0013 8000,2025-05-01 00:30:00,交易成功,P2,杯子,2,33.33,"1,000.01",,,浙江省
A1,u1,138 0013 8000,2025-05-01 00:30:00,交易成功,P3,壶,3,,"1,000.01",,,浙江省
A2,u2,+86 13800138000,2025/5/7 8:05,交易成功,P1,茶,1,￥19.90,19.905元,5.5,2025-06-02 10:00,浙江
A3,u3,,2025年5月8日,等待买家付款,P1,茶,1,20,20,,,北京
A4,u3,,20250509,交易关闭,P1,茶,1,20,20,,,北京
A5,u3,,2025-05-10 23:59:59,交易成功,POST,邮费,1,10,10,,,北京
A6,1.23457E+17,,2025-05-10 12:00,交易成功,P1,茶,1,20,20,,,北京
A7,u3,,0000-00-00,交易成功,P1,茶,1,20,20,,,北京
A8,u3,,2025-05-11 10:00:00.250,交易成功,P1,茶,1,-20,,,,北京
A9,,,2025-05-12 10:00,交易成功,P1,茶,1000000000000,1,499.00（系统计算中）,,,北京
A10,,,2025-05-12 10:00,交易成功,P1,茶,2,"12.345",,,,
A10,,,2025-05-12 10:00,交易成功,P2,杯子,1.5,0.333,,,,
A11,u4,13900139000,2025-05-31 16:30,交易成功,P1,测试商品,1,1,1,,,上海
A12,u4,13900139000,2025-05-31 16:30,交易成功,P9,"多行
标题 ""引号""\",1,88.8,88.80,,,上海
""",
    "orders_june.csv": HEADER
    + """A12,u4,13900139000,2025-05-31 16:30,交易成功,P9,"多行
标题 ""引号""\",1,88.8,88.80,,,上海
B1,u1,13800138000,2025-06-01 09:00,冻结核查,P1,茶,1,10,10,,,浙江省
B1,u1,13800138000,2025-06-01 09:00,冻结核查,P1,茶,1,10,10,,,浙江省
R2,u1,13800138000,2025-06-15 09:00,交易成功,P1,茶,1,10,10,,,浙江省
B3,u5,13900139000,2025-06-16 09:00,交易成功,P2,杯子,-1,30,,,,广东
B4,u6,13900139000,2025-06-17 09:00,交易成功,P2,杯子,1,(30.00),,,,广东
B5,u7,13900139000,2025-06-18 09:00,交易成功,P2,杯子,1,0.005,,,,广东
B6,u8,,2025-06-19 09:00,交易成功,P2,杯子,1,30,30,,,广东
B6,u8,,2025-06-19 09:00,交易成功,P2,杯子,1,31,31,,,广东
""",
    "abroad.tsv": """Order\tE-mail\tDate\tPaid\tCurrency\tCategory
X1\tAnn@Example.com \t2025-05-31 23:30\t100.01\tUSD\tTea
X1\tAnn@Example.com \t2025-05-31 23:30\t100.01\tUSD\tTea
X2\tann@example.com\t2025-06-08 01:30\t0.01\tUSD\t Cups
X3\tbob@example.com\t2025-06-09T12:00:00Z\t50\tCNY\t
""",
    "members.csv": """会员号,手机,邮箱,unionid,姓名,性别,生日,注册,推荐人,授权
u1,13800138000,,on1,安,女,1990-02-29,2024-01-05,,是
u2,,ann@example.com,on1,,,1990/2/28,2024-02-05 10:00,u1,否
u9,13700137000,,,新,男,,2025-06-29,u2,1
u10,1.37E+10,x,,,先生,1990,2026-01-01,u11,
u11,,,,,,,,u10,
""",
    "goods.csv": "编码,名称,类目,成本(分)\nP1,龙井,茶叶,1234\nP2,杯子,茶具,\np3,壶,茶具,99.5\nP1,龙井二,茶叶,1300\n",
    "visits.csv": """who,at,what,how_much
u1,2025-06-01 08:00,visit,1.5
u1,2025-06-01 08:00,visit,1.5
u2,2025-06-30 23:59:59,search,
u9,2025-07-01 00:00,visit,3
nobody,,visit,1
""",
    "opinions.csv": """who,at,kind,score,resolved,text
u1,2025-06-01 08:00,满意度,5,,很好
u1,2025-06-03,nps,4,,
u2,2025-06-04 10:00,投诉,,2025-06-05 12:30,慢
u2,2025-06-05,满意度,7,,超出
""",
    "calls.csv": "campaign,who,at,cost\nC1,u1,2025-06-01 10:00,0.125\nC1,u3,2025-06-01 10:00,1.5\n",
    "coupons.csv": "id,who,at,value\nK1,u1,2025-06-01,5\nK1,u1,2025-06-01,5\nK2,u2,2025-06-02,x\n",
    "contracts_may.csv": """合同号,who,开始,结束,套餐,月费,状态
H1,u1,2024-01-31 09:00,,5G,9.99,正常
H2,u20,2024年5月1日,长期,宽带,"1,000.005",在网
H3,u2,2025-01-01,2024-12-31,5G,1,
H4,u2,2025-01-01,,5G,-1,已解约
H5,u2,2025-01-01,soon,5G,1,
,u3,20250101,9999-12-31,,,
""",
    "contracts_june.csv": "合同号,who,开始,结束,套餐,月费,状态\nH1,u1,2024-01-31 09:00,2025-06-15 23:00,5G,9.99,已到期\nH6,,2025-01-01,,,1,\n",
    "friends.csv": "from,to,at\nu1,u3,2025-05-01\nu3,u1,2025-05-02\nu4,u8,\nu4,u4,2025-05-03\n",
}
AS_OF = date(2025, 6, 30)


def workspace(folder: Path) -> Path:
    init_workspace(folder, language=Language.ZH)
    (folder / "fenji.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    # Both workspaces hash with one key, so that the hashes of both engines can be compared.
    (folder / KEY_FILE).write_text("ab" * 32 + "\n", encoding="ascii")
    return folder


def published(folder: Path, run_id: str) -> dict[str, list[tuple[object, ...]]]:
    """Every table of a run in an order that does not depend on its files."""
    with open_session(open_workspace(folder)) as session:
        tables: dict[str, list[tuple[object, ...]]] = {}
        for stored in session.runs.tables_of(run_id):
            files = [str(file) for file in session.store.files(stored.path)]
            found = session.engine.connection.read_parquet(files, hive_partitioning=False).to_pyarrow()
            assert found.num_rows == stored.rows, stored.table
            names = sorted(found.schema.names)
            rows = [tuple(row[name] for name in names) for row in found.to_pylist()]
            tables[f"{stored.table} ({', '.join(names)})"] = sorted(rows, key=repr)
        return tables


def assert_same(one: dict[str, list[tuple[object, ...]]], other: dict[str, list[tuple[object, ...]]]) -> None:
    """Equal tables; a mean may differ in its last binary digit, where the engines add in another order."""
    assert list(one) == list(other)
    for name, rows in one.items():
        others = other[name]
        assert len(rows) == len(others), name
        for row, twin in zip(rows, others, strict=True):
            assert [_rounded(value) for value in row] == [_rounded(value) for value in twin], name


def _rounded(value: object) -> object:
    return float(f"{value:.12e}") if isinstance(value, float) and math.isfinite(value) else value


def test_the_same_run_on_both_engines_publishes_the_same_tables(spark, tmp_path):
    on_duck, on_spark = workspace(tmp_path / "duck"), workspace(tmp_path / "spark")
    first = run_all(on_duck, as_of=AS_OF)
    second = run_all(on_spark, as_of=AS_OF, engine=EngineName.SPARK)
    tables = published(on_duck, first.run_id)
    assert {name.split(" ")[0] for name in tables} >= set(CLEAN) | {"insight.customer_metric", "insight.tier_count"}
    assert {name.split(" ")[0] for name, rows in tables.items() if not rows} <= ELSEWHERE
    assert_same(tables, published(on_spark, second.run_id))
    # What the screen tells of it is the same too, warnings included.
    assert (first.arrival, first.warnings) == (second.arrival, second.warnings)
    assert [each.source for each in first.arrival.sources if each.reasons and each.rows_in]
