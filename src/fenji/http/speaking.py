"""In which language does the one who asks read? The first that we have of Accept-Language, else that of the workspace."""

from __future__ import annotations

from fastapi import Request

from fenji.language import DEFAULT_LANGUAGE, Language


def language_of(request: Request) -> Language:
    """The language of the answer.

    ``?lang=`` is not read: an address means the same in both languages.
    """
    wanted = [_weighed(each) for each in request.headers.get("accept-language", "").split(",")[:20]]
    for _weight, tag in sorted((each for each in wanted if each[0] > 0), key=lambda each: -each[0]):
        main = tag.split("-")[0].lower()
        if main in tuple(Language):
            return Language(main)
    serving = getattr(request.app.state, "serving", None)
    return DEFAULT_LANGUAGE if serving is None else serving.language


def _weighed(text: str) -> tuple[float, str]:
    """A tag with its weight, 1 where none is given, 0 where it cannot be read.

    >>> _weighed("en;q=0.5")
    (0.5, 'en')
    """
    tag, _semicolon, weight = text.strip().partition(";")
    try:
        return (float(weight.strip().removeprefix("q=")) if weight else 1.0), tag.strip()
    except ValueError:
        return 0.0, tag
