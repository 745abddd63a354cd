"""How does somebody keep the conditions of a list under a name, and take it out again?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.pages.exports import wanted_sent
from fenji.web.visiting import SendingCustomers
from fenji.workflow.named_lists import remove_list, save_list

router = APIRouter()


@router.post("/customers/lists")
def saved(visit: SendingCustomers, sent: Sent) -> Response:
    """Keeps the conditions of the list that was shown."""
    asked = wanted_sent(sent).asked
    kept = visit.changed(lambda root: save_list(root, sent.text("name"), asked, by=visit.caller))
    return visit.sent_to(sent.text("next", "/customers"), _("The list '{name}' is saved."), name=kept.lists[0].name)


@router.post("/customers/lists/remove")
def removed(visit: SendingCustomers, sent: Sent) -> Response:
    """Takes one out."""
    gone = visit.changed(lambda root: remove_list(root, sent.text("list_id"), by=visit.caller))
    return visit.sent_to(sent.text("next", "/customers"), _("The list '{name}' is removed."), name=gone.lists[0].name)
