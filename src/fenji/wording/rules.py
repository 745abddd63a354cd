"""What does a rule say, why is it met or not, and what is missing, in the reader's language?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TypeVar

from fenji.analyze.rules.judging import Judged, Number, Shortfall, Way
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare
from fenji.domain.metrics import Metric, Unit
from fenji.domain.policies import SCORE
from fenji.domain.words import Spoken
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.figures import grouped, trimmed

Told = TypeVar("Told", str, tuple[str, ...])

_COMPARED = {
    Operator.AT_LEAST: _("{metric} at least {number}"),
    Operator.MORE_THAN: _("{metric} more than {number}"),
    Operator.AT_MOST: _("{metric} at most {number}"),
    Operator.LESS_THAN: _("{metric} less than {number}"),
    Operator.EQUAL: _("{metric} exactly {number}"),
    Operator.NOT_EQUAL: _("{metric} other than {number}"),
}


@dataclass(frozen=True)
class Wording:
    """In which language, with which metric names and in which currency rules are put into words."""

    metrics: Mapping[str, Metric]
    language: Language
    currency: str | None = None
    """ISO 4217 code that stands at amounts; None: 元 in Chinese, nothing in English."""

    def name(self, metric: str) -> str:
        """The metric's own name; an unknown one keeps its slug."""
        if metric == SCORE:
            return translate(_("weighted score"), self.language)
        known = self.metrics.get(metric)
        return known.name.in_language(self.language) if known else metric

    def number(self, metric: str, number: Number) -> str:
        """A value of the metric with its unit: 2,000 元, 20%, 30 days.

        Never rounded so far that it would look like another value: up to 2 decimals for money and shares (in percent),
        up to 4 otherwise.
        """
        unit = self.metrics[metric].unit if metric in self.metrics else Unit.SCORE
        exact = number if isinstance(number, Decimal) else Decimal(repr(number))
        match unit:
            case Unit.MONEY:
                return self._money(exact)
            case Unit.SHARE:
                return f"{trimmed(exact * 100, 2)}%"
            case Unit.DAYS:
                return translate(_("{number} {number:day|days}"), self.language, number=trimmed(exact, 1))
            case Unit.HOURS:
                return translate(_("{number} {number:hour|hours}"), self.language, number=trimmed(exact, 1))
            case _:
                return trimmed(exact, 4)

    def _money(self, amount: Decimal) -> str:
        text = grouped(amount, 0 if amount == amount.to_integral_value() else 2)
        if self.language is Language.ZH:
            return f"{text} {'元' if self.currency in (None, 'CNY') else self.currency}"
        return f"{self.currency} {text}" if self.currency else text


@dataclass(frozen=True)
class Voice:
    """Metric names and currency of one answer, before its reader's language is known."""

    metrics: Mapping[str, Metric]
    currency: str

    def say(self, words: Callable[..., Told], *values: object) -> Spoken[Told]:
        """The sentence that a wording function makes of values; it gets its ``Wording`` last."""
        return Spoken(lambda language: words(*values, Wording(self.metrics, language, self.currency)))


def sentence(condition: Condition, wording: Wording) -> str:
    """The condition as a sentence.

    Chinese and English come from the same record: 近12个月净消费不低于 2,000 元; net revenue in 12 months at least 2,000.
    """
    return _sentence(condition, wording, nested=False)


def sentence_lines(condition: Condition, wording: Wording) -> tuple[str, ...]:
    """The condition as lines that must all be met: an all group gives one line per part."""
    if isinstance(condition, Group) and condition.junction is Junction.ALL:
        return tuple(line for part in condition.parts for line in sentence_lines(part, wording))
    return (sentence(condition, wording),)


def reason(judged: Judged, wording: Wording, *, told: str | None = None) -> str:
    """One line of a rule as decided for one customer: what was asked, what is there, met or not.

    Args:
        judged: the line.
        wording: names and language.
        told: a message with ``rule`` and ``value`` for a value that is not today's; None: today's.
    """
    language = wording.language
    if isinstance(judged.condition, Group):
        text = _("{rule}: met") if judged.met else _("{rule}: not met")
        return translate(text, language, rule=sentence(judged.condition, wording))
    rule = _leaf_sentence(judged.condition, wording, judged.threshold)
    if judged.value is None:
        text = _("{rule}: no value, met") if judged.met else _("{rule}: no value, not met")
        return translate(text, language, rule=rule)
    text = told or (_("{rule}: is {value}, met") if judged.met else _("{rule}: is {value}, not met"))
    return translate(text, language, rule=rule, value=wording.number(judged.condition.metric, judged.value))


def reason_lines(judged: Judged, wording: Wording) -> tuple[str, ...]:
    """Every line of a rule as decided for one customer, groups opened; alternatives are told as such, not as failures."""
    if not isinstance(judged.condition, Group):
        return (reason(judged, wording),)
    if judged.condition.junction is Junction.ALL or len(judged.parts) == 1:
        return tuple(line for part in judged.parts for line in reason_lines(part, wording))
    head = _("One of these is enough, and is there:") if judged.met else _("One of these would be enough:")
    joint = translate(_("; "), wording.language)
    ways = (joint.join(reason_lines(part, wording)) for part in judged.parts)
    return (translate(head, wording.language), *(f"{number}) {way}" for number, way in enumerate(ways, 1)))


def missing_line(way: Way, wording: Wording) -> str:
    """One way to meet a rule: so much more of this and so many more of that; empty where nothing is missing.

    A number that is missing and a mean over it hang together: two orders more, and each of them worth so much.
    """
    joint = translate(_("; "), wording.language)
    means = {line: count for line in way for count in way if _is_mean_over(line, count, wording)}
    told = [_missing_with_mean(count, line, wording) for line, count in means.items()]
    alone = [line for line in way if line not in means and line not in means.values()]
    return joint.join([*told, *(_missing(line, wording) for line in alone)])


def _sentence(condition: Condition, wording: Wording, *, nested: bool) -> str:
    if not isinstance(condition, Group):
        return _leaf_sentence(condition, wording, None)
    joint = _(" and ") if condition.junction is Junction.ALL else _(" or ")
    text = translate(joint, wording.language).join(_sentence(part, wording, nested=True) for part in condition.parts)
    return translate(_("({rule})"), wording.language, rule=text) if nested and len(condition.parts) > 1 else text


def _leaf_sentence(leaf: Comparison | Presence | TopShare, wording: Wording, threshold: Number | None) -> str:
    """A line in words; ``threshold`` replaces the number as written where a variant changed it."""
    language, name = wording.language, wording.name(leaf.metric)
    match leaf:
        case Presence(_metric, is_null):
            return translate(_("{metric} without a value") if is_null else _("{metric} with a value"), language, metric=name)
        case TopShare(_metric, share):
            percent = f"{trimmed(share * 100, 4)}%"
            if threshold is None:
                return translate(_("{metric} among the top {share} of all customers"), language, metric=name, share=percent)
            number = wording.number(leaf.metric, threshold)
            text = _("{metric} among the top {share} of all customers (at least {number})")
            return translate(text, language, metric=name, share=percent, number=number)
        case Comparison(_metric, operator, number):
            shown = wording.number(leaf.metric, threshold if threshold is not None else number)
            return translate(_COMPARED[operator], language, metric=name, number=shown)


def _missing(line: Shortfall, wording: Wording) -> str:
    metric = line.condition.metric
    if line.amount is None or line.open_ended:
        return _leaf_sentence(line.condition, wording, line.threshold)
    text = _("{metric}: {number} more") if line.amount >= 0 else _("{metric}: {number} less")
    return translate(text, wording.language, number=wording.number(metric, abs(line.amount)), metric=wording.name(metric))


def _is_mean_over(line: Shortfall, count: Shortfall, wording: Wording) -> bool:
    """Whether one line asks for more on average of what the other asks for more of."""
    mean = wording.metrics.get(line.condition.metric)
    is_of = mean is not None and mean.ratio_of is not None and mean.ratio_of[1] == count.condition.metric
    return is_of and bool(count.amount and count.amount > 0 and line.amount and line.amount > 0 and line.threshold is not None)


def _missing_with_mean(count: Shortfall, mean: Shortfall, wording: Wording) -> str:
    there, more = Decimal(str(count.value or 0)), Decimal(str(count.amount or 0))
    sum_needed = Decimal(str(mean.threshold)) * (there + more) - Decimal(str(mean.value or 0)) * there
    each = (sum_needed / more).quantize(Decimal("0.01"), ROUND_CEILING)
    counted, averaged = count.condition.metric, mean.condition.metric
    text = _("{metric}: {number} more, of {each} each on average")
    values = {"metric": wording.name(counted), "number": wording.number(counted, more), "each": wording.number(averaged, each)}
    return translate(text, wording.language, **values)
