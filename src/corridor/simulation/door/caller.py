"""A participant or operator with a key, as bytes on the wire: what they sign, and every way of getting that wrong."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from corridor.adapters.keys.software import Ed25519Key, PrivateKey, verifier
from corridor.codecs import jws
from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.envelope import open_envelope, seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.messages import Message
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.codecs.iso20022.pacs028 import StatusRequest
from corridor.domain.instants import Instant
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.gateway.requests import OPERATIONS_PATH
from corridor.services.governance import operations
from corridor.services.messaging.commands import Command
from corridor.simulation.door.wire import JSON, XML, Answer, exchange, request
from corridor.simulation.door.world import ENVIRONMENT, HUB, PAMR, first_key, key_of

MESSAGES = "/v1/messages"


class Street(Protocol):
    """Where the door is, and what time it is there."""

    port: int

    def now(self) -> Instant: ...


def uetr(n: int) -> str:
    """Return the n-th UETR."""
    return str(UUID(int=n, version=4))


class Caller:
    """Signs as one participant and asks at the door."""

    def __init__(self, street: Street, bic: str, number: int = 0) -> None:
        """`bic` is the name of an operator, too; they count on from `number`."""
        self.bic = bic
        self.key_id = first_key(bic)
        self.key: Ed25519Key = key_of(self.key_id)
        self.tls: ssl.SSLContext | None = None
        """How it connects, where the door asks for certificates."""
        self.position = 0
        """How far it has read its mailbox."""
        self._street = street
        self._number = number
        self._ids = 0

    def sign(self, payload: bytes, *, key: PrivateKey | None = None, **facts: Any) -> str:
        """Return a detached JWS; `facts` replace what an honest header says."""
        self._number += 1
        filled: dict[str, Any] = {
            "algorithm": "EdDSA",
            "key_id": self.key_id,
            "signer": self.bic,
            "audience": jws.audience(HUB, ENVIRONMENT),
            "issued_at": self._street.now(),
            "number": self._number,
        }
        protected = jws.protected_header(**(filled | facts))
        return jws.compose(protected, (key or self.key).sign(jws.signing_input(protected, payload)))

    def post(
        self,
        body: bytes,
        path: str = MESSAGES,
        *,
        media: str = XML,
        signature: str | None = None,
        more: Sequence[tuple[str, str]] = (),
        **facts: Any,
    ) -> bytes:
        """Return a signed POST as bytes; `signature` replaces the honest one, "" leaves it out."""
        if signature is None:
            signature = self.sign(body, **facts)
        headers = [("Content-Type", media), *more]
        if signature:
            headers.append(("Corridor-Signature", signature))
        return request("POST", path, headers, body)

    def get(self, target: str, **facts: Any) -> bytes:
        """Return a signed GET as bytes."""
        signature = self.sign(f"GET {target}".encode(), **facts)
        return request("GET", target, [("Corridor-Signature", signature)])

    def ask(self, path: str, **members: Any) -> bytes:
        """Return a signed request in JSON as bytes; its message id is the next."""
        body = msgspec.json.encode({"message_id": self.next_id(), **members})
        return self.post(body, path, media=JSON)

    def operate(self, command: type[Command], **facts: Any) -> bytes:
        """Return an operator's command as signed bytes; its message id is the next."""
        return self.post(operations.write(self.next_id(), command, **facts), OPERATIONS_PATH, media=JSON)

    async def send(self, sent: bytes) -> Answer:
        """Send bytes to the door."""
        return await exchange(self._street.port, sent, tls=self.tls)

    def next_id(self) -> str:
        """Return a message id never used before."""
        self._ids += 1
        return f"{self.bic}-m{self._ids}"

    def envelope(self, message: Message, definition: str, **facts: Any) -> bytes:
        """Return a message in its envelope; `facts` replace what an honest header says."""
        filled: dict[str, Any] = {
            "from_bic": self.bic,
            "to_bic": HUB,
            "business_message_id": getattr(message, "message_id", ""),
            "message_definition_id": definition,
            "created_at": self._street.now(),
        }
        return seal_envelope(Header(**(filled | facts)), message)

    def order(self, payment: str, agent: str = PAMR, **facts: Any) -> bytes:
        """Return a payment of 100.00 roubles under a UETR, to a customer of the agent."""
        filled: dict[str, Any] = {
            "message_id": self.next_id(),
            "created_at": self._street.now(),
            "settlement_method": "CLRG",
            "instruction_id": "i1",
            "end_to_end_id": "e1",
            "uetr": payment,
            "interbank_settlement_amount": Money(100_00, "RUB"),
            "charge_bearer": "DEBT",
            "instructing_agent": self.bic,
            "instructed_agent": HUB,
            "debtor": Party(name="Иван Петров", account="40817810000000000001"),
            "debtor_agent": self.bic,
            "creditor_agent": agent,
            "creditor": Party(name="Рустам Каримов", account="20206972000000000001"),
        }
        return self.envelope(CreditTransfer(**(filled | facts)), "pacs.008.001.13")

    def report(self, payment: str, status: str, reason: str | None = None) -> bytes:
        """Return an answer to a payment."""
        message = StatusReport(
            message_id=self.next_id(),
            created_at=self._street.now(),
            original_uetr=payment,
            transaction_status=status,
            reason=reason,
        )
        return self.envelope(message, "pacs.002.001.10")

    def defunding(self, transfer: str, owner: str) -> bytes:
        """Return the wish to send a rouble of an owner's from its settlement account to its central bank."""
        message = LiquidityTransfer(
            message_id=self.next_id(),
            created_at=self._street.now(),
            end_to_end_id="e1",
            uetr=transfer,
            creditor=owner,
            creditor_account="30101810400000000225",
            amount=Money(1_00, "RUB"),
            debtor=owner,
            debtor_account=f"{owner}-RUB",
        )
        return self.envelope(message, "camt.050.001.07")

    def credit(self, transfer: str, creditor: str, currency: str) -> bytes:
        """Return a central bank's money for a participant, one unit of its currency."""
        message = InstitutionTransfer(
            message_id=self.next_id(),
            created_at=self._street.now(),
            settlement_method="CLRG",
            end_to_end_id="e1",
            uetr=transfer,
            interbank_settlement_amount=Money(1_00, currency),
            instructing_agent=self.bic,
            instructed_agent=HUB,
            debtor=creditor,
            creditor=creditor,
        )
        return self.envelope(message, "pacs.009.001.08")

    def give_back(self, payment: str) -> bytes:
        """Return the return of a payment of 100.00 roubles."""
        message = PaymentReturn(
            message_id=self.next_id(),
            created_at=self._street.now(),
            return_id="r1",
            original_uetr=payment,
            returned_amount=Money(100_00, "RUB"),
            instructing_agent=self.bic,
            instructed_agent=HUB,
            reason="AC04",
        )
        return self.envelope(message, "pacs.004.001.09")

    def question(self, payment: str) -> bytes:
        """Return the question where a payment stands."""
        message = StatusRequest(
            message_id=self.next_id(), created_at=self._street.now(), original_uetr=payment
        )
        return self.envelope(message, "pacs.028.001.03")

    async def heard(self) -> list[str]:
        """Return what has come into the mailbox since it was last read, one word a message, signatures verified."""
        words: list[str] = []
        while True:
            answer = await self.send(self.get(f"/v1/mailbox?after={self.position}"))
            assert answer.status == 200, answer
            if not answer.lines:
                return words
            for line in answer.lines:
                self.position += 1
                words.append(word(self._opened(line)))

    def _opened(self, line: Any) -> Message:
        payload = line["payload"].encode()
        parsed = jws.parse(line["signature"], jws.DeliveredHeader)
        hub = verifier("EdDSA", key_of(first_key(HUB)).public)
        assert hub.verify(jws.signing_input(parsed.protected, payload), parsed.signature), (
            "the hub's signature"
        )
        assert (parsed.header.num, line["number"]) == (self.position, self.position), "a gap in a mailbox"
        return open_envelope(payload).message


async def together(callers: Sequence[Caller]) -> None:
    """Let all read their mailboxes to the end."""
    await asyncio.gather(*(caller.heard() for caller in callers))


def word(message: Message) -> str:
    """Return a message in a word or two: `pacs.008`, `RJCT AM04`, `admi.002 FF01`."""
    match message:
        case CreditTransfer():
            return "pacs.008"
        case StatusReport():
            return " ".join(filter(None, (message.transaction_status, message.reason)))
        case _:
            return " ".join(
                filter(None, (_DEFINITIONS[type(message).__name__], getattr(message, "reason", "")))
            )


_DEFINITIONS = {
    "MessageReject": "admi.002",
    "Notification": "camt.054",
    "LiquidityTransfer": "camt.050",
    "InstitutionTransfer": "pacs.009",
    "StatusRequest": "pacs.028",
    "PaymentReturn": "pacs.004",
}
