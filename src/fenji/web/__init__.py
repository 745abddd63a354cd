"""The pages for people: parse, one use-case, a template. An entrance beside ``api`` and ``cli``, which it never imports.

A page is added in four steps:

1. ``pages/NAME.py``: ``PAGE = Page(address, entry, title, right)``, and a handler that takes ``visit: Figures`` (or another kind of
   ``visiting``) and returns ``visit.page(PAGE, "pages/NAME.html", make)``. ``make`` calls use-cases through ``visit.read`` (the page
   stands or falls with it) and ``visit.block`` (only its block does), and gives the names of the template. What it gives is told by
   the one serializer of answers, so that masks and small groups cannot be forgotten.
2. ``templates/pages/NAME.html``: only what stands below the scope bar, built of the parts in ``templates/parts``. Texts by ``_()``.
3. Its line in ``pages/__init__.py``.
4. The Chinese entries of its texts, at the end of the catalog.

A form is answered by a handler that takes ``sent: Sent`` beside the visit, changes something, and returns ``visit.sent_to(address, said)``.

app         the application: pages, static files, headers, failures
asking      who asks for a page, and what they may see
visiting    one request of somebody who may make it
scope       what every page is about: day, comparison, policy, filters
drawn       a chart on a page
structure_tables  rows of the tables about structure
versus      two tiers side by side
explained   what a metric is
lists       the list behind a number
wanted      the list that an address or a form asks for
columns     the columns that lists have in a browser
exporting   a list as a file
trials      the figures of a policy that somebody tries
replays     the last reviews under both policies, as a job has kept them
editing     what the form of the editor of rules sends
flows       which lists stand behind the flows between two reviews
loyalty     what the pages about points, vouchers and benefits share
looking     what deserves a look first
navigation  which pages there are, and who sees them
rendering   templates in both languages, and what they may call
forms       what a form sends
wanted_token  which token a form asks for
assets      files that a browser keeps
welcome     the way from the first file to the overview
steps       where in the pages is done what an advice names
failing     pages that say what went wrong
pages       the pages
"""
