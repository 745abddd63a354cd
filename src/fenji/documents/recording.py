"""What does a run keep of a YAML document? All that it says to us, without comments, and without the passwords in it."""

from __future__ import annotations

import re

import yaml

from fenji.masking import without_passwords


def recorded(text: str) -> str:
    """A document that has been read without fault, as runs keep it.

    Comments are left out: people write into them what they want to remember, and no rule finds a password in prose.

    >>> recorded("url: postgresql://shop:s3cret@db/orders  # was hunter2 before")
    'url: postgresql://shop:***@db/orders  '
    """
    kept, end, values = [], 0, []
    for token in yaml.scan(text):
        begin = max(token.start_mark.index, end)
        kept.append(re.sub(r"#[^\n]*", "", text[end:begin]))
        end = max(token.end_mark.index, end)
        kept.append(text[begin:end])
        if isinstance(token, yaml.ScalarToken):
            values.append(token.value)
    kept.append(re.sub(r"#[^\n]*", "", text[end:]))
    return without_passwords("".join(kept), [each for each in values if "://" in each or "=" in each])
