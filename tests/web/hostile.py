"""What people, regions and goods are called in a world that wishes ill: texts that a careless page would run, follow or garble."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path

from fenji.domain.access import Caller, Role, rights_of
from fenji.domain.events import EventKind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.workflow.drafting.deciding import submit_draft
from fenji.workflow.drafting.proposing import propose_override
from fenji.workflow.drafting.writing import make_draft
from fenji.workflow.sending.webhooks import add_webhook
from fenji.workflow.tiers import tiers_at
from fenji.workspace.override_requests import OverrideRequest
from fixtures.imports import answered, sent
from fixtures.loyal_shop import make_loyal
from fixtures.served import AS_OF, Named

MARK = "window.__ran=1"
"""What every one of them would do if a page let it."""
NAMES = (
    f"<script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    "{{7331*7}}${7331*7}",
    '=HYPERLINK("https://evil.example","x")',
    f"javascript:{MARK}",
    "\u202egnp.exe\u202c",
    "𠮷" * 120,
    f"'\"><svg onload={MARK}>",
)
COMPUTED = "51317"
"""What stands where a name was computed."""
HOSTILE = Named(
    people=NAMES,
    regions=(f"<b onmouseover={MARK}>东</b>", f"</script><script>{MARK}</script>"),
    products=(*NAMES[:3], f"'\"><svg onload={MARK}>", "𠮷" * 40),
    categories=(f"</title><script>{MARK}</script>", "{{7331*7}}"),
    unreadable=NAMES,
)
_AUTHOR = Caller(Principal(PrincipalKind.PERSON, "li"), rights_of([Role.ANALYST]))


def begin_work(root: Path) -> None:
    """Work that stands open in the same world: a draft, a tier by hand, an import, points and offers, a system that hears of runs, and a second run."""
    policy = (root / "policies" / "spend.yaml").read_text("utf-8")
    policy = re.sub(r"^version: .*", "version: 2", policy, flags=re.MULTILINE)
    policy = re.sub(r"^effective_on: .*", "effective_on: 2031-01-01", policy, flags=re.MULTILINE)
    policy = re.sub(r"^why: .*", f"why: {json.dumps(NAMES[0])}", policy, flags=re.MULTILINE)
    draft = make_draft(root, policy, by=_AUTHOR)
    submit_draft(root, draft.draft.draft_id, NAMES[7], by=_AUTHOR)
    propose_override(root, OverrideRequest("13800000001", "vip", date(2099, 1, 31), None, NAMES[1]), by=_AUTHOR)
    head = ",".join(f'"{each}"' for each in ("订单号", "会员编号", "日期", "实付金额", NAMES[0], NAMES[4]))
    rows = "".join(f'B{n},"{NAMES[1]}",2026-05-0{n},{n}20.00,"{NAMES[2]}","{NAMES[5]}"\n' for n in range(1, 6))
    answered(root, sent(root, {"{{7331+43986}}'&lt;.csv": f"{head}\n{rows}".encode()}))
    make_loyal(root, called=NAMES[7])
    with sqlite3.connect(root / "erp.db") as there:
        there.execute('create table "订单 of 2026" ("' + '", "'.join(each.replace('"', '""') for each in (*NAMES, "id")) + '")')
    there.close()
    tiers_at(root, as_of=AS_OF - timedelta(days=10))
    add_webhook(root, "https://crm.example.com/<b>", [EventKind.RUN_PUBLISHED])
