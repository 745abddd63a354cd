"""The months as people write them: one list for cells that say a date and for headers that say a period."""

from __future__ import annotations

MONTH_WORDS: dict[int, tuple[str, ...]] = {
    number: tuple(words.split())
    for number, words in enumerate(
        (
            "jan january januar jänner jänn janv janvier ene enero janeiro gen gennaio januari tammikuu",
            "feb february februar feber fév fev févr fevr février fevrier febrero fevereiro febbraio februari",
            "mar march mär märz maerz mrz mars marzo março marco mrt maart",
            "apr april avr avril abr abril aprile",
            "may mai mayo maio mag maggio mei",
            "jun june juni juin junio junho giu giugno",
            "jul july juli juil juillet julio julho lug luglio",
            "aug august août aout ago agosto augustus",
            "sep sept september septembre septiembre set setiembre setembro settembre",
            "oct october okt oktober octobre octubre out outubro ott ottobre",
            "nov november novembre noviembre novembro",
            "dec december dez dezember déc decembre décembre dic diciembre dezembro dicembre",
        ),
        start=1,
    )
}
"""By the number of the month, in lower case: English, German, French, Spanish, Portuguese, Italian and Dutch; no word is two months."""
