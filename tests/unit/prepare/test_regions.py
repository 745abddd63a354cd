"""A province has one name in the clean base, however its spellings came; other regions stay as they are written."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fenji.engines.duck import DuckEngine
from fenji.prepare.regions import PROVINCES, one_name


def names(engine: DuckEngine, written: list[str | None]) -> list[str | None]:
    table = engine.from_arrow(pa.table({"n": range(len(written)), "region": pa.array(written, pa.string())}))
    named = table.mutate(name=one_name(table["region"])).order_by("n")
    return [row["name"] for row in engine.fetch(named).to_pylist()]


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        (
            "广东",
            ["广东", "广东省", " 广东省", "Guangdong", "GUANGDONG", "Guangdong Province", "Guangdong Sheng", "CN-Guangdong"],
        ),
        ("内蒙古", ["内蒙古自治区", "内蒙", "Nei Mongol", "Inner Mongolia", "Inner Mongolia Autonomous Region"]),
        ("广西", ["广西壮族自治区", "Guangxi", "Guangxi Zhuang Autonomous Region"]),
        ("新疆", ["新疆维吾尔自治区", "Xinjiang Uygur", "Xinjiang Uyghur Autonomous Region"]),
        ("北京", ["北京市", "Beijing", "beijing shi", "Beijing Municipality", "Peking"]),
        ("陕西", ["陕西省", "Shaanxi"]),
        ("山西", ["山西省", "Shanxi"]),
        ("香港", ["香港特别行政区", "Hong Kong", "Hong Kong SAR"]),
    ],
)
def test_every_spelling_of_a_province_is_one_name(engine: DuckEngine, name: str, spellings: list[str]) -> None:
    assert names(engine, spellings) == [name] * len(spellings)


def test_other_regions_stay_as_written(engine: DuckEngine) -> None:
    written = ["Bayern", "广东省深圳市", "CA", "SH", "华南", "", None, "New South Wales"]
    assert names(engine, written) == written


def test_there_are_34_of_them_and_no_spelling_is_two() -> None:
    spellings = [name for short, others in PROVINCES.items() for name in (short, *others.split())]
    assert (len(PROVINCES), len(spellings)) == (34, len(set(spellings)))
