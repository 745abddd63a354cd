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
loyalty    actions and loyalty
sources    where the data come from
databases  which tables of a database come in
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
    customer,
    customers,
    databases,
    entering,
    exports,
    identity,
    importing,
    leaving,
    movement,
    named_lists,
    overrides,
    overview,
    people,
    policies,
    policy_deciding,
    policy_draft,
    quality,
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
    worth,
)
from fenji.web.pages.loyalty import benefits, members, offers, points, points_figures, referrals, rules, vouchers

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
    rules,
    sources,
    databases,
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
