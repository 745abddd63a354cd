"""The pages, one file each: parse, one use-case, a template.

overview   where do we stand, and what needs me?
account    language and theme
entering   how somebody comes in, and out
starting   work that a page asks for
movement   who moved, came, was lost, and what comes?
structure  what lies behind the counts of tiers
baskets    what is bought together
worth      what customers are worth, and will be worth
leaving    who may leave, and who will order
attention  whom to serve first
customers  who, exactly?
customer   who is this, and why this tier?
exports    lists as files
reports    the monthly report as files
named_lists  lists that people keep
segments   which groups are there?
search     customers, metrics and pages by a few letters
overrides  which tiers have people given by hand?
policy_deciding  what is decided about a draft?
policies   which rules decide, in words, and what did each version change?
policy_draft  what would other thresholds change, and how do they become a draft?
points     what members hold, and what waits
points_figures  roll-forward and liability of points
members    who has an account of points
offers     what is offered, and to whom
vouchers   codes that were issued
referrals  who was brought by whom
benefits   what each tier gives
loyalty_rules  documents of points, offers and benefits
sources    where the data come from
importing  how files come in
quality    what became of every row
identity   whose identity is in doubt
runs       what was done, and what is at work
run_comparison  how do two runs differ?
schedule   what begins by itself
alerts     who is told when something happens
people     who works here, in which roles
tokens     with what own programs come in
audit      who did what
settings   with which settings the server works
selftest   whether published figures are found
about      version, safety, licences
"""

from collections.abc import Iterator
from types import ModuleType

from fenji.web.navigation import Page
from fenji.web.pages import (
    about,
    account,
    alerts,
    attention,
    audit,
    baskets,
    benefits,
    customer,
    customers,
    entering,
    exports,
    identity,
    importing,
    leaving,
    loyalty_rules,
    members,
    movement,
    named_lists,
    offers,
    overrides,
    overview,
    people,
    points,
    points_figures,
    policies,
    policy_deciding,
    policy_draft,
    quality,
    referrals,
    reports,
    run_comparison,
    runs,
    schedule,
    search,
    segments,
    selftest,
    settings,
    sources,
    starting,
    structure,
    tokens,
    vouchers,
    worth,
)

MODULES: tuple[ModuleType, ...] = (
    account,
    entering,
    overview,
    starting,
    reports,
    movement,
    structure,
    baskets,
    worth,
    leaving,
    attention,
    customers,
    customer,
    exports,
    named_lists,
    search,
    segments,
    # Their addresses begin like those of a policy, and come first.
    overrides,
    policy_deciding,
    policies,
    policy_draft,
    points,
    points_figures,
    members,
    offers,
    vouchers,
    referrals,
    benefits,
    loyalty_rules,
    sources,
    importing,
    quality,
    identity,
    # Its address is like that of a run, and comes first.
    run_comparison,
    runs,
    schedule,
    alerts,
    people,
    tokens,
    audit,
    settings,
    selftest,
    about,
)


def declared() -> Iterator[Page]:
    """The pages that the modules declare as ``PAGE`` or, where one module holds several, as ``PAGES``."""
    for module in MODULES:
        if hasattr(module, "PAGE"):
            yield module.PAGE
        yield from getattr(module, "PAGES", ())
