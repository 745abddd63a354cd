"""Which parts of a text are secret? Passwords and tokens of every form of database URL, found by reading the URL and starred wherever they appear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote, unquote_plus

MASK = "***"
"""What stands where a secret stood."""

SECRET_NAME = re.compile(
    r"password|passwd|passphrase|pwd|secret|token|credential|signature|(?:api|access|account|private)[_.-]?key|(?:^|[_.-])(?:pass|sig)$",
    re.IGNORECASE,
)
"""Names of settings and of parameters whose values are secret."""

_URL = re.compile(r"[A-Za-z][\w+.-]*:(?:[\w+.-]+:)*//[^\s\"'<>`]+")
_PAIR = re.compile(
    r"(?P<name>[\w.-]+)\s*=\s*(?P<value>\{(?:[^}]|\}\})*\}|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s;&\"',]+)", re.ASCII
)
"""``name=value`` as in queries, ODBC strings (``PWD={a;b}``) and PostgreSQL's own (``password='a b'``)."""
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_RESERVED = re.compile(r"[/?#@:\[\]]")
_TOKENS_FOR_USERS = ("http", "https", "ftp", "sftp", "git")
"""Schemes whose user may be a token."""
_SHORT = 4
"""Characters below which a secret is starred only where it stands alone: it would be found in half of all words."""


def secrets_of(url: str) -> frozenset[str]:
    """The secret values of one URL or connection string, as written and decoded.

    >>> sorted(secrets_of("postgresql://shop:p%40ss@db/orders?sslpassword=abc"))
    ['abc', 'p%40ss', 'p@ss']
    >>> sorted(secrets_of("mssql://?odbc_connect=DRIVER%3DX%3BUID%3Dsa%3BPWD%3Dhunter2"))
    ['hunter2']
    """
    found = set(_in_front_of_host(url))
    for text in (url, unquote_plus(url), unquote_plus(unquote_plus(url))):
        found.update(value for _begin, _end, value in _secret_pairs(text))
        parameters = (each.partition("=") for each in re.split("[?&;]", text))
        found.update(value.strip() for name, _equals, value in parameters if SECRET_NAME.search(name.strip()))
    found |= {each[1:-1] for each in found if each[:1] + each[-1:] in ("{}", "''", '""')}
    found |= {each.replace("}}", "}") for each in found}
    decoded = {form(each) for each in found for form in (unquote, unquote_plus)}
    return frozenset(each for each in found | decoded if _is_secret(each))


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, as they are and in any percent-encoding.

    >>> masked("no role for p@ss, nor p%40ss", ["p@ss"])
    'no role for ***, nor ***'
    """
    # The longest first: a URL holds its password, and would not be found whole once that is starred.
    for each in sorted(set(secrets), key=len, reverse=True):
        text = _anyhow(each).sub(MASK, text)
    return text


def without_passwords(text: str, also: Iterable[str] = ()) -> str:
    """The text without the secrets of every URL and connection string in it, and of those given.

    >>> without_passwords("postgresql://shop:secret@host/orders")
    'postgresql://shop:***@host/orders'
    >>> without_passwords("Server=db;UID=sa;PWD={a;b};Timeout=3")
    'Server=db;UID=sa;PWD=***;Timeout=3'
    """
    secrets = {secret for url in (*_URL.findall(text), *also) for secret in secrets_of(url)}
    text = masked(text, secrets)
    for begin, end, _value in reversed(list(_secret_pairs(text))):
        text = text[:begin] + MASK + text[end:]
    return text


def _in_front_of_host(url: str) -> Iterator[str]:
    """What may be the password between user and host: a raw one may itself hold the marks that part a URL, so each reading counts."""
    scheme, mark, rest = url.partition("://")
    if not mark or "@" not in rest:
        return
    by_rule = re.split(r"[/?#]", rest, maxsplit=1)[0]
    for user_part in {rest.rpartition("@")[0], by_rule.rpartition("@")[0]}:
        user, colon, password = user_part.partition(":")
        if colon and password:
            yield password
            # A driver that reads the URL another way names pieces of the password as host or port.
            yield from (each for each in _RESERVED.split(password) if each != password)
        elif user and not colon and scheme.lower() in _TOKENS_FOR_USERS:
            yield user


def _secret_pairs(text: str) -> Iterator[tuple[int, int, str]]:
    """The values of secret names in a text, with where they stand."""
    for found in _PAIR.finditer(text):
        if SECRET_NAME.search(found["name"]) and _is_secret(found["value"]):
            yield found.start("value"), found.end("value"), found["value"]


def _is_secret(value: str) -> bool:
    """Whether it is a value, and neither nothing, nor starred already, nor the name of an environment variable."""
    return bool(value.strip("*")) and _VARIABLE.fullmatch(value) is None


def _anyhow(secret: str) -> re.Pattern[str]:
    """Matches a secret whichever of its characters are percent-encoded or escaped."""
    inner = "".join(map(_any_form, secret))
    return re.compile(inner if len(secret) >= _SHORT else rf"(?<![0-9A-Za-z]){inner}(?![0-9A-Za-z])")


def _any_form(character: str) -> str:
    coded = quote(character, safe="") if not character.isascii() or not character.isalnum() else f"%{ord(character):02X}"
    coded = coded if coded != character else f"%{ord(character):02X}"
    forms = [re.escape(character), f"(?i:{re.escape(coded)})"]
    if character == " ":
        forms.append(r"\+")
    if character in "\\'\"":
        forms.insert(0, r"\\" + re.escape(character))
    return f"(?:{'|'.join(forms)})"
