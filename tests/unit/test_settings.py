"""A workspace's settings: every mistake is found at once with its line, and nothing is guessed."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.choices import EngineName
from fenji.errors import InvalidSettings, NotFound, Place
from fenji.language import Language
from fenji.settings import SETTINGS, Settings, read_settings, render_settings_toml


def write(folder: Path, text: str) -> Path:
    (folder / "fenji.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_empty_file_means_the_defaults(tmp_path):
    assert read_settings(write(tmp_path, ""), {}) == Settings()


def test_a_full_file_is_read(tmp_path):
    text = """
language = "en"
time_zone = "Europe/London"
currency = "GBP"
engine = "spark"
threads = 2
memory_limit = "1.5GB"
link_by = ["email", "email"]
store = "/data/store"

[rates.USD]
"2026-01" = 0.79
"2026-02" = 0.80

[spark_options]
"spark.sql.shuffle.partitions" = "8"
"""
    assert read_settings(write(tmp_path, text), {}) == Settings(
        language=Language.EN,
        time_zone="Europe/London",
        currency="GBP",
        engine=EngineName.SPARK,
        threads=2,
        memory_limit="1.5GB",
        link_by=("email",),
        store=Path("/data/store"),
        rates={"USD": {"2026-01": Decimal("0.79"), "2026-02": Decimal("0.80")}},
        spark_options={"spark.sql.shuffle.partitions": "8"},
    )


def test_every_mistake_is_reported_at_once_with_its_line_and_the_nearest_name(tmp_path):
    text = """engin = "duckdb"
time_zone = "Asia/Shanghay"
currency = "rmb"
shared_by_many = 0

[rates.USD]
"2026-13" = 7
"2026-02" = -7
"""
    with pytest.raises(InvalidSettings) as caught:
        read_settings(write(tmp_path, text), {})
    assert sorted(caught.value.describe(Language.EN).splitlines()) == sorted(
        [
            "fenji.toml, row 1, column engin: unknown name 'engin'. Did you mean engine?",
            "fenji.toml, row 2, column time_zone: unknown time zone 'Asia/Shanghay'. Did you mean Asia/Shanghai?",
            "fenji.toml, row 3, column currency: 'rmb' is not a currency code; write three capital letters, such as CNY.",
            "fenji.toml, row 4, column shared_by_many: 'shared_by_many' must be at least 1.",
            "fenji.toml, row 7, column rates.USD.2026-13: '2026-13' is not a month; write it as 2026-01.",
            "fenji.toml, row 8, column rates.USD.2026-02: '2026-02' must be more than 0.",
        ]
    )


def test_a_misspelled_choice_names_the_nearest(tmp_path):
    with pytest.raises(InvalidSettings, match="Did you mean duckdb"):
        read_settings(write(tmp_path, 'engine = "duckbd"'), {})


def test_broken_toml_is_placed_at_its_line(tmp_path):
    with pytest.raises(InvalidSettings) as caught:
        read_settings(write(tmp_path, 'language = "en"\ncurrency = CNY\n'), {})
    assert caught.value.problems[0].place == Place("fenji.toml", 2)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "fenji.toml").write_bytes("# 设置\n".encode("gb18030"))
    with pytest.raises(InvalidSettings, match="UTF-8"):
        read_settings(tmp_path, {})


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(NotFound, match="fenji init"):
        read_settings(tmp_path, {})


def test_the_environment_wins_over_the_file(tmp_path):
    environment = {
        "FENJI_ENGINE": "spark",
        "FENJI_THREADS": "3",
        "FENJI_LINK_BY": "phone, email",
        "FENJI_RATES": '{ USD = { "2026-01" = 7.02 } }',
        "FENJI_SHOP_PASSWORD": "for sources.yaml, not a setting",
    }
    assert read_settings(write(tmp_path, 'engine = "duckdb"\nthreads = 8\n'), environment) == Settings(
        engine=EngineName.SPARK, threads=3, link_by=("phone", "email"), rates={"USD": {"2026-01": Decimal("7.02")}}
    )


def test_a_mistake_in_the_environment_is_placed_there(tmp_path):
    with pytest.raises(InvalidSettings) as caught:
        read_settings(write(tmp_path, "threads = 2\n"), {"FENJI_THREADS": "many"})
    assert caught.value.describe(Language.EN) == "FENJI_THREADS: 'threads' must be a whole number."


def test_a_wrong_database_url_is_not_repeated(tmp_path):
    with pytest.raises(InvalidSettings) as caught:
        read_settings(write(tmp_path, 'database_url = "mysql://root:hunter2@host/x"'), {})
    assert "hunter2" not in str(caught.value)


def test_a_run_stores_settings_without_passwords():
    settings = Settings(
        database_url="postgresql://fenji:hunter2@host/state",
        spark_options={"spark.hadoop.fs.s3a.secret.key": "hunter2", "spark.executor.memory": "4g"},
    )
    record = settings.record()
    assert record["database_url"] == "postgresql://fenji:***@host/state"
    assert record["spark_options"] == {"spark.hadoop.fs.s3a.secret.key": "***", "spark.executor.memory": "4g"}


def test_relative_places_stand_in_the_workspace():
    assert Settings().database_in(Path("/w")) == "sqlite:////w/fenji.db"
    assert Settings().scratch_folder(Path("/w")) == Path("/w/store/.scratch")
    assert Settings(scratch="/fast").scratch_folder(Path("/w")) == Path("/fast")
    assert Settings(database_url="postgresql://h/d").database_in(Path("/w")) == "postgresql://h/d"


@pytest.mark.parametrize("language", Language)
def test_the_rendered_file_with_everything_uncommented_is_read_back(tmp_path, language):
    rendered = render_settings_toml(Language.EN, language=language, time_zone="UTC")
    assert read_settings(write(tmp_path, rendered), {}) == Settings(language=language, time_zone="UTC")
    every_line = "\n".join(
        line.removeprefix("# ")
        for line in rendered.splitlines()
        if line.removeprefix("# ").split(" = ")[0] in Settings.model_fields
    )
    assert set(tomllib.loads(every_line)) == set(Settings.model_fields)
    read_settings(write(tmp_path, every_line), {})


def test_every_setting_says_what_it_is_and_why():
    assert sorted(setting.name for setting in SETTINGS) == sorted(Settings.model_fields)
    assert all(setting.about.help and setting.about.why and setting.type for setting in SETTINGS)
    assert all(setting.default or setting.about.example for setting in SETTINGS)
