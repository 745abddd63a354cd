"""How does fenji serve people and programs, and tell them what has happened? The settings of the server and of messages."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fenji.language import message as _
from fenji.setting_values import About, MailAddress, MailServerUrl, Memory, Networks


class ServiceSettings(BaseModel):
    """The part of a workspace's settings that only matters where others ask it, or are told."""

    oidc: Annotated[
        dict[Literal["issuer", "client_id", "claim", "new_people"], str],
        About(
            help=_("The company's own login (OpenID Connect); its secret stands in the environment as FENJI_OIDC_CLIENT_SECRET."),
            why=_(
                "Who leaves the company is out here too. claim: email or sub; new_people: the role of who comes for the first time."
            ),
            example='{ issuer = "https://login.example.cn", client_id = "fenji", claim = "email" }',
        ),
    ] = {}
    smtp_server: Annotated[
        MailServerUrl | None,
        About(
            help=_("Who takes mails for alerts: smtp://host:587 (STARTTLS is demanded) or smtps://host:465 (TLS at once)."),
            why=_("Mails need a server of the company; none is used where not given."),
            example='"smtps://smtp.example.cn:465"',
        ),
    ] = None
    smtp_user: Annotated[
        str | None,
        About(help=_("User at the mail server."), why=_("Most servers take mails of their users only."), example='"fenji"'),
    ] = None
    smtp_password: Annotated[
        str | None,
        About(
            help=_("Password at the mail server; give it by the environment variable, not in fenji.toml."),
            why=_("What stands in a file is read by others sooner or later; runs never keep it."),
            example='"secret"',
        ),
    ] = None
    mail_from: Annotated[
        MailAddress | None,
        About(
            help=_("Address that mails come from."),
            why=_("Servers refuse senders that they do not know."),
            example='"fenji@example.cn"',
        ),
    ] = None
    private_targets: Annotated[
        Networks,
        About(
            help=_(
                "Networks inside the company that webhooks and robots may reach, such as 10.1.2.0/24; plain HTTP will do there."
            ),
            why=_("Otherwise whoever may add a webhook could have fenji ask machines that only its own network reaches."),
        ),
    ] = ()
    most_rejected: Annotated[
        Decimal | None,
        Field(ge=0, le=1),
        About(
            help=_("Share of the rows of a run, 0 to 1, above which rejected rows raise the event quality.below_limits."),
            why=_("One row in twenty is more than slips of the pen: a column or a file has changed."),
        ),
    ] = Decimal("0.05")
    most_unattributed: Annotated[
        Decimal | None,
        Field(ge=0, le=1),
        About(
            help=_("Share of the kept rows, 0 to 1, above which rows of unknown customers raise the event quality.below_limits."),
            why=_("Some shops know every customer, others few; only the company knows what is usual."),
            example="0.3",
        ),
    ] = None
    requests_per_minute: Annotated[
        int,
        Field(ge=0, le=1_000_000),
        About(
            help=_("Requests that one person or token may make in a minute over the network; 0: any number."),
            why=_("A program that asks without end must not keep everybody else waiting."),
            unit=_("requests"),
        ),
    ] = 1200
    upload_limit: Annotated[
        Memory,
        About(
            help=_("Largest file that may be sent over the network."),
            why=_("Years of orders of a large shop fit into it; without a limit one request fills the disk."),
            unit=_("MB, GB or TB"),
        ),
    ] = "2GB"
