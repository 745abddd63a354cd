"""No password of any form of URL or connection string is left in a text. World: generated passwords in the forms that drivers take."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.documents.recording import recorded
from fenji.masking import masked, secrets_of, without_passwords

MARKED = "Q9z"
"""Begins and ends each password, so that no part of a URL around it equals it by chance."""

printable = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))
raw = st.text(printable, min_size=1, max_size=12).map(lambda middle: f"{MARKED}{middle}{MARKED}")
plain = st.text("abcXYZ019-_~!*", min_size=1, max_size=12).map(lambda middle: f"{MARKED}{middle}{MARKED}")


def forms(password: str) -> dict[str, str]:
    """URLs that carry a password percent-encoded, and so in every place where one may stand."""
    coded = quote(password, safe="")
    odbc = quote_plus(
        "DRIVER={ODBC Driver 18 for SQL Server};SERVER=db;UID=sa;PWD={" + password.replace("}", "}}") + "};Timeout=3"
    )
    return {
        "postgresql": f"postgresql://shop:{coded}@db.example:5432/orders?sslmode=require",
        "driver": f"postgresql+psycopg://shop:{coded}@/orders?host=/run/pg",
        "mysql": f"mysql://shop:{coded}@db/orders?charset=utf8mb4",
        "without user": f"redis://:{coded}@db/0",
        "query": f"postgresql://shop@db/orders?password={coded}&sslmode=require",
        "certificate": f"postgresql://shop@db/orders?sslmode=require&sslpassword={coded}",
        "odbc": f"mssql+pyodbc:///?odbc_connect={odbc}",
        "token": f"https://api.example/orders?page=2&access_token={coded}",
        "user as token": f"https://{coded}@git.example/orders",
        "jdbc": f"jdbc:sqlserver://db:1433;user=sa;password={coded};encrypt=true",
    }


KINDS = tuple(forms("x"))


@pytest.mark.parametrize("kind", KINDS)
@given(password=raw)
def test_a_password_is_found_in_every_form_of_url(kind: str, password: str) -> None:
    url = forms(password)[kind]
    secrets = secrets_of(url)
    told = f"no login with {password}, nor {quote(password, safe='')}, nor {quote_plus(password).lower()}, at {url}"
    assert MARKED not in masked(told, secrets), secrets


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "odbc"])
@given(password=plain)
def test_a_url_in_the_middle_of_a_text_is_starred(kind: str, password: str) -> None:
    url = forms(password)[kind]
    left = without_passwords(f'cannot open "{url}" (see {url}), because {password} is refused')
    assert MARKED not in left
    assert left.startswith("cannot open ")
    assert left.endswith(" is refused")


@given(password=raw.filter(lambda each: not set(each) & set("/?#")))
def test_a_password_that_nobody_encoded_is_starred_too(password: str) -> None:
    assert MARKED not in masked(f"{password}", secrets_of(f"mysql://shop:{password}@db/orders"))


@pytest.mark.parametrize(
    "password", [f"{MARKED}/b@c{MARKED}", f"{MARKED}#b{MARKED}", f"{MARKED}?b=c{MARKED}", f"{MARKED}:5432{MARKED}"]
)
def test_marks_of_a_url_inside_a_password_hide_no_part_of_it(password: str) -> None:
    url = f"postgresql://shop:{password}@db/orders"
    told = f"{url}: no host {password.split('/', maxsplit=1)[0]}, no port {password.split('#', maxsplit=1)[0]}, {password}"
    assert MARKED not in masked(told, secrets_of(url))


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("host=db user=shop password=s3cret dbname=x", "host=db user=shop password=*** dbname=x"),
        ("host=db password='s3 cret' dbname=x", "host=db password=*** dbname=x"),
        ("Server=db;UID=sa;PWD=s3cret;Encrypt=yes", "Server=db;UID=sa;PWD=***;Encrypt=yes"),
        ("Server=db;UID=sa;Password={s3;cret};Encrypt=yes", "Server=db;UID=sa;Password=***;Encrypt=yes"),
        ("-Djavax.net.ssl.trustStorePassword=s3cret -Xmx2g", "-Djavax.net.ssl.trustStorePassword=*** -Xmx2g"),
        ("postgresql://shop:${DB_PASSWORD}@db/orders", "postgresql://shop:${DB_PASSWORD}@db/orders"),
        ("postgresql://shop@db/orders?sslmode=require", "postgresql://shop@db/orders?sslmode=require"),
        ("compass=7 passive=true 金额=3", "compass=7 passive=true 金额=3"),
    ],
)
def test_what_is_secret_is_starred_and_nothing_else(written: str, left: str) -> None:
    assert without_passwords(written) == left


@pytest.mark.parametrize("kind", KINDS)
@given(password=raw)
def test_no_document_of_a_run_holds_a_password(kind: str, password: str) -> None:
    url = forms(password)[kind].replace("'", "''")
    text = f"# before 2024: {password}\nsources:\n  - source: erp  # {password}\n    database: {{url: '{url}', table: orders}}\n"
    kept = recorded(text)
    assert MARKED not in kept
    assert "source: erp" in kept
    assert "table: orders" in kept


@given(text=st.text(st.characters(exclude_characters="=@"), max_size=60))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert without_passwords(text) == text
