"""Which id does a person mean who copies it from a file, with what a spreadsheet has put around it?"""

from __future__ import annotations

import re

_BLANKS = " \t\r\n\x0b\f\u00a0\u3000\ufeff\u200b"
_WRAPPED = re.compile(r"""^=(?:"(.*)"|'(.*)')$""", re.DOTALL)
_WHOLE_AS_FLOAT = re.compile(r"^([0-9]+)\.0+$")
_NARROW = str.maketrans("０１２３４５６７８９（）－−．＋％：／，Ｅｅ", "0123456789()--.+%:/,Ee")


def written_id(text: str) -> str:
    """The id without blanks, the apostrophe or ``="..."`` that keep spreadsheets from rounding it, and the ``.0`` that they add.

    Reads as ids of files are read, so that what stands in a file can be copied to the command line.

    >>> written_id("'7210448320000"), written_id('="0123"'), written_id("１７８５０.0"), written_id("O'Neil")
    ('7210448320000', '0123', '17850', "O'Neil")
    """
    bare = text.strip(_BLANKS)
    if wrapped := _WRAPPED.match(bare):
        bare = wrapped[1] if wrapped[1] is not None else wrapped[2]
    bare = bare.strip(_BLANKS).removeprefix("'").strip(_BLANKS).translate(_NARROW)
    whole = _WHOLE_AS_FLOAT.match(bare)
    return whole[1] if whole else bare
