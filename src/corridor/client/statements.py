"""Statements of this participant's own settlement accounts, as the hub has signed them."""

from collections.abc import Mapping

import msgspec

from corridor.client.errors import Forged
from corridor.client.signing import HubSeal
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.camt052 import Report
from corridor.codecs.iso20022.camt053 import Statement
from corridor.codecs.iso20022.envelope import open_envelope


class AccountPage(msgspec.Struct, frozen=True):
    """A page as it came: keep payload and signature, they are evidence.

    `batch` and `head` say up to which batch of the hub's log it counts.
    """

    message: Statement | Report
    batch: int
    head: str
    payload: bytes
    signature: str


def target(currency: str, day: str, page: int) -> str:
    """Where a page is asked for; without a day that of the day that runs."""
    return f"/v1/statements?currency={currency}&page={page}" + (f"&day={day}" if day else "")


def read_page(
    seal: HubSeal, account: str, day: str, page: int, headers: Mapping[str, str], payload: bytes
) -> AccountPage:
    """Return the page that was asked for. Raises: Forged, if the hub has not signed it, or signed something else."""
    signature = headers.get("corridor-signature", "")
    header = seal.receipt(signature, payload)
    try:
        message = open_envelope(payload, size_bytes_max=SIZE_BYTES_MAX).message
    except DecodeError as error:
        raise Forged(f"What the hub signed is no statement: {error}") from None
    if not isinstance(message, Statement | Report) or (message.account, message.page) != (account, page):
        raise Forged("The hub signed something else than this page.")
    if day and any(balance.date != day for balance in message.balances):
        raise Forged("The hub signed the page of another day.")
    return AccountPage(message, header.batch, header.head, payload, signature)
