"""Every parser that bytes from outside reach: honest examples, how it is asked, and what it may say."""

import asyncio
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple, Union
from xml.etree import ElementTree as ET

import msgspec

from corridor.adapters.stream import frames
from corridor.codecs import jws
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import admi002, camt050, camt052, camt053, camt054, pacs004, pacs009
from corridor.codecs.iso20022.account_report import Balance, Summary
from corridor.codecs.iso20022.envelope import NAMESPACE, open_envelope, seal_envelope
from corridor.codecs.iso20022.gate import pass_gate
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.domain.errors import CorridorError
from corridor.domain.instants import Instant
from corridor.domain.money import Money
from corridor.gateway import vouchers
from corridor.gateway.authentication import Sender
from corridor.gateway.inbound import Messages
from corridor.gateway.keys import Known
from corridor.gateway.lookups import LookUpQuery
from corridor.gateway.mailbox import Acknowledgement, MailboxQuery
from corridor.gateway.metrics import Metrics
from corridor.gateway.problems import Problem
from corridor.gateway.queries import read_query
from corridor.gateway.requests import OPERATIONS_PATH, REQUESTS, decode, definition
from corridor.gateway.screening import Screener
from corridor.gateway.statements import StatementQuery
from corridor.hub.lists import HANDLERS
from corridor.services.compliance.screening import Index, Screening
from corridor.services.instant import commands
from corridor.services.messaging.commands import Origin, Refused, SetLimit
from corridor.services.messaging.records import Participant, SigningKey
from corridor.simulation.door.caller import Caller, uetr
from corridor.simulation.door.fuzz import mutations
from corridor.simulation.door.world import ENVIRONMENT, FIRST_DAY, HUB, LISTED, SEVR, first_key, key_of
from corridor.simulation.staff import FOREVER


class Wrong(Exception):
    """What was accepted is not what the bytes say."""


class Parser(NamedTuple):
    """`read` returns, or raises one of `refusals`; anything else is a crash."""

    name: str
    examples: tuple[bytes, ...]
    read: Callable[[bytes], Any]
    refusals: tuple[type[Exception], ...]
    mutations: tuple[mutations.Mutation, ...]
    share: int
    """Of so many in a hundred."""


class _Nowhere:
    port = 0

    def now(self) -> Instant:
        return FIRST_DAY


def caller() -> Caller:
    """Return a bank that writes honest examples."""
    return Caller(_Nowhere(), SEVR)


def messages() -> tuple[bytes, ...]:
    """Return one envelope of every definition that is spoken here."""
    bank = caller()
    rejected = admi002.MessageReject(
        related_reference="m1", reason="FF01", rejected_at=FIRST_DAY, description="no"
    )
    entry = camt054.Entry(
        amount=Money(100_00, "RUB"),
        credit_debit="CRDT",
        status="BOOK",
        booked_at=FIRST_DAY,
        domain="PMNT",
        family="RCDT",
        sub_family="ESCT",
    )
    notification = camt054.Notification(
        message_id="n1", created_at=FIRST_DAY, notification_id="n1", account="1", entries=(entry,)
    )
    day: dict[str, Any] = {
        "message_id": "d1",
        "created_at": FIRST_DAY,
        "report_id": "d1",
        "page": 1,
        "is_last_page": True,
        "sequence": 1,
        "begins_at": FIRST_DAY,
        "ends_at": FIRST_DAY,
        "account": f"{SEVR}-RUB",
        "account_currency": "RUB",
        "account_owner": SEVR,
        "account_servicer": HUB,
        "balances": (Balance(type="CLBD", amount=Money(5, "RUB"), credit_debit="DBIT", date="2026-11-24"),),
        "summary": Summary(
            entries=1,
            turnover=Decimal(100),
            net=Decimal(100),
            net_credit_debit="CRDT",
            credit_entries=1,
            credits=Decimal("100.00"),
            debit_entries=0,
            debits=Decimal(0),
        ),
        "entries": (entry,),
    }
    names: dict[str, Any] = {
        "message_id": "l1",
        "created_at": FIRST_DAY,
        "end_to_end_id": "e1",
        "uetr": uetr(3),
    }
    defunding = camt050.LiquidityTransfer(
        **names,
        creditor=SEVR,
        creditor_account="30101810400000000225",
        amount=Money(100_00, "RUB"),
        debtor=SEVR,
        debtor_account=f"{SEVR}-RUB",
    )
    funding = pacs009.InstitutionTransfer(
        **names,
        settlement_method="CLRG",
        interbank_settlement_amount=Money(100_00, "RUB"),
        instructing_agent=SEVR,
        instructed_agent=HUB,
        debtor=SEVR,
        creditor=SEVR,
        remittance=("ликвидность",),
    )
    returned = pacs004.PaymentReturn(
        message_id="l1",
        created_at=FIRST_DAY,
        return_id="r1",
        original_uetr=uetr(1),
        original_settlement_amount=Money(100_00, "RUB"),
        returned_amount=Money(100_00, "RUB"),
        instructing_agent=SEVR,
        instructed_agent=HUB,
        reason="AC04",
        additional_information=("счёт закрыт",),
    )
    return (
        bank.order(uetr(1)),
        bank.order(uetr(2), remittance=("счёт 7", "b"), purpose="SALA", instructed_amount=Money(1, "JPY")),
        bank.report(uetr(1), "RJCT", "AC04"),
        bank.question(uetr(1)),
        bank.envelope(defunding, "camt.050.001.07"),
        bank.envelope(funding, "pacs.009.001.08"),
        bank.envelope(returned, "pacs.004.001.09"),
        bank.envelope(rejected, "admi.002.001.01", business_message_id="x1"),
        bank.envelope(notification, "camt.054.001.08"),
        bank.envelope(camt052.Report(**day), "camt.052.001.08"),
        bank.envelope(camt053.Statement(**day), "camt.053.001.08"),
    )


def voucher() -> dict[str, Any]:
    """Return what a bank holds of the hub: a receipt from before the first batch, which every log bears out."""
    protected = jws.HubHeader(HUB, ENVIRONMENT, first_key(HUB)).receipt(SEVR, FIRST_DAY, 0, bytes(32))
    payload = '{"batch":0}'
    signature = key_of(first_key(HUB)).sign(jws.signing_input(protected, payload.encode()))
    return {"signature": jws.compose(protected, signature), "payload": payload}


_ROUBLES: Final = {"amount": "1", "currency": "RUB", "scale": 2}
JSON_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "/v1/rates": {
        "base_currency": "TJS",
        "quote_currency": "RUB",
        "tiers": [{"from_amount": "0", "bid": "8.50", "ask": "8.60"}],
    },
    "/v1/quotes": {
        "creditor_agent": "PAMRTJ20",
        "source_currency": "RUB",
        "destination_currency": "TJS",
        "amount": {"amount": "100000", "currency": "RUB", "scale": 2},
    },
    "/v1/inquiries": {
        "creditor_agent": "PAMRTJ20",
        "source_currency": "RUB",
        "destination_currency": "TJS",
        "amount": {"amount": "100000", "currency": "RUB", "scale": 2},
        "within_s": 10,
    },
    "/v1/inquiries/reply": {"inquiry": 1, "rate": "8.55"},
    "/v1/aliases": {
        "phone": "+992917000001",
        "currency": "TJS",
        "account": "20206972000000000001",
        "name": "Рустам Каримов",
    },
    "/v1/aliases/remove": {"phone": "+992917000001"},
    "/v1/queue/move": {"uetr": uetr(1), "to": "first"},
    "/v1/queue/priority": {"uetr": uetr(1), "priority": "URGT"},
    "/v1/queue/cancel": {"uetr": uetr(1)},
    "/v1/funding": {"participant": SEVR, "amount": _ROUBLES},
    "/v1/trades": {
        "counterparty_side": "PAMRTJ20",
        "common_reference": "T1",
        "trade_date": "2026-11-18",
        "settlement_date": "2026-11-18",
        "trading_side_sell_amount": _ROUBLES,
        "trading_side_buy_amount": {"amount": "100", "currency": "TJS", "scale": 2},
    },
    "/v1/trades/cancel": {"counterparty_side": "PAMRTJ20", "common_reference": "T1"},
    "/v1/correspondents": {
        "account_servicer": "PAMRTJ20",
        "account_owner": SEVR,
        "currency": "RUB",
        "overdraft": _ROUBLES,
        "ceiling": _ROUBLES,
    },
    "/v1/correspondents/accept": {"account": 1},
    "/v1/correspondents/close": {"account": 1},
    "/v1/correspondents/fund": {"account": 1, "amount": _ROUBLES},
    "/v1/correspondents/withdraw": {"account": 1, "amount": _ROUBLES},
    "/v1/correspondents/reconcile": {
        "account": 1,
        "day": "2026-11-18",
        "closing_balance": _ROUBLES,
        "credit_debit": "CRDT",
        "count": 1,
        "entries": [{"number": 1, "amount": "100", "credit_debit": "CRDT"}],
    },
    "/v1/arrangements": {
        "central_bank": "CBTJTJ20",
        "swing": _ROUBLES,
        "other_swing": {"amount": "100", "currency": "TJS", "scale": 2},
    },
    "/v1/arrangements/accept": {"arrangement": 1},
    "/v1/arrangements/end": {"arrangement": 1},
    "/v1/fixings": {"day": "2026-11-18", "base_currency": "USD", "quote_currency": "RUB", "rate": "89.5"},
    "/v1/facilities": {
        "borrower": "PAMRTJ20",
        "limit": _ROUBLES,
        "rate": "16.5",
        "fee_rate": "0.5",
        "day_count": "ACT/365F",
        "starts_on": "2026-11-18",
        "ends_on": "2027-11-18",
        "automatic": True,
        "utilisation_max_bps": 9_000,
    },
    "/v1/facilities/accept": {"facility": 1},
    "/v1/facilities/cancel": {"facility": 1},
    "/v1/facilities/draw": {"facility": 1, "amount": _ROUBLES},
    "/v1/facilities/repay": {"facility": 1, "amount": _ROUBLES},
    "/v1/credit-lines": {"participant": SEVR, "line": _ROUBLES},
    "/v1/pledges": {
        "pledge_id": "bonds",
        "pledger": SEVR,
        "value": _ROUBLES,
        "haircut_bps": 500,
        "valid_until": "2027-11-18T00:00:00Z",
    },
    "/v1/pledges/release": {"pledge_id": "bonds"},
    OPERATIONS_PATH: {
        "operation": {"type": "SetLimit", "participant": SEVR, "currency": "RUB", "limit": "100000"}
    },
    vouchers.PATH: voucher(),
}


def body(path: str, n: int = 1) -> bytes:
    """Return an honest request in JSON."""
    return msgspec.json.encode({"message_id": f"{SEVR}-j{n}", **JSON_EXAMPLES[path]})


def read_envelope(content: bytes) -> None:
    """Open an envelope; what is in it must survive being written, and be what another reader reads."""
    opened = open_envelope(content)
    again = open_envelope(seal_envelope(opened.header, opened.message))
    if again.message != opened.message or again.header != opened.header:
        raise Wrong("written again it says something else")
    if isinstance(opened.message, CreditTransfer):
        _compare(content, opened.message)


def _compare(content: bytes, message: CreditTransfer) -> None:
    """Ask a second parser, of another make, for amount and UETR: all text of the one element there is."""
    root = ET.fromstring(content)  # noqa: S314  past the gate there are no entities
    assert root.tag == f"{{{NAMESPACE}}}Envelope"
    found = {"IntrBkSttlmAmt": "", "UETR": ""}
    for each in root.iter():
        name = each.tag.rpartition("}")[2]
        if name in found:
            found[name] += "".join(each.itertext())
    amount = message.interbank_settlement_amount
    if Money.parse(found["IntrBkSttlmAmt"], amount.currency) != amount or found["UETR"] != message.uetr:
        raise Wrong("another parser reads another payment")


def read_jws(content: bytes) -> None:
    """Take a signature apart; there is one spelling, so putting it together gives the same."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        return
    parsed = jws.parse(text, jws.SentHeader)
    if jws.compose(parsed.protected, parsed.signature) != text:
        raise Wrong("two spellings of one signature")


def _read_json(path: str) -> Callable[[bytes], None]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(REQUESTS[path])
    defined = definition(path)

    def read(content: bytes) -> None:
        request = decode(decoder, content)
        request.command(Origin(SEVR, request.message_id, defined, b"", FIRST_DAY, body=content))
        plain = json.loads(content)
        for name, value in plain.items():
            if msgspec.to_builtins(getattr(request, name)) not in (
                value,
                tuple(value) if isinstance(value, list) else value,
            ):
                raise Wrong(f"{name} is read as something else")

    return read


def read_acknowledgement(content: bytes) -> None:
    """Read a position."""
    position = decode(_ACKNOWLEDGEMENT, content)
    if not 0 <= position.number < 2**63:
        raise Wrong("a position out of range")


def _read_query(shape: type[msgspec.Struct]) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        read_query(content, shape)

    return read


def _read_frame(decoder: msgspec.msgpack.Decoder[Any]) -> Callable[[bytes], None]:
    loop = asyncio.new_event_loop()  # a stream belongs to a loop, be it one that never runs
    loop.close()

    def read(content: bytes) -> None:
        reader = asyncio.StreamReader(loop=loop)
        reader.feed_data(content)
        reader.feed_eof()
        try:
            frames.read(reader, decoder).send(None)
        except StopIteration:
            return
        raise Wrong("it waits for more than there is")

    return read


def _ingress() -> Callable[[bytes], None]:
    """Return what makes a command of a message as the gateway does: of whatever a bank has signed."""
    keeper = Screener(_list, _Nowhere())
    asyncio.run(keeper.open())
    metrics = Metrics()
    make = Messages(HUB, keeper, _Nowhere(), metrics).command
    key = SigningKey(first_key(SEVR), SEVR, "EdDSA", bytes(32), 0, FOREVER)
    signature = caller().sign(b"x")
    header = jws.parse(signature, jws.SentHeader).header
    known = Known(key, Participant(SEVR, 1, SEVR, "bank", "active"), key_of(SEVR))  # type: ignore[arg-type]  # unused
    sender = Sender(known, header, signature)

    def read(content: bytes) -> None:
        command = make(sender, content)
        if command.origin.body != content or not 1 <= len(command.origin.message_id) <= 35:
            raise Wrong("the evidence is not what was sent, or the message has no name")

    return read


async def _list() -> Index:
    return LISTED


def _frames() -> tuple[bytes, ...]:
    bank = caller()
    order = bank.order(uetr(1))
    origin = Origin(SEVR, "m1", "pacs.008.001.13", bytes(32), FIRST_DAY, FIRST_DAY, 1, "k", "s", order)
    message = open_envelope(order).message
    assert isinstance(message, CreditTransfer)
    orders = [(1, commands.CreditTransfer(origin, message, _SCREENED))]
    others = [(2, SetLimit(origin, SEVR, "RUB", 5)), (3, Refused(origin, "FF01", "x"))]
    return frames.encode(orders), frames.encode(others), frames.encode([])


_SCREENED: Final = Screening("list-1")
_ACKNOWLEDGEMENT: Final = msgspec.json.Decoder(Acknowledgement)
_QUERIES: Final = (
    b"after=0",
    b"after=17&limit=5&wait=0&stream=0",
    b"name=%D0%98%D0%B2%D0%B0%D0%BD",
    b"currency=RUB&day=2026-11-24&page=2",
    b"name=a+b",
)


def parsers() -> Iterator[Parser]:
    """Yield every parser."""
    examples = messages()
    yield Parser("XML gate", examples, pass_gate, (DecodeError,), mutations.OF_XML, 10)
    yield Parser("envelope and codecs", examples, read_envelope, (DecodeError,), mutations.OF_XML, 25)
    yield Parser("a signed message", examples, _ingress(), (), mutations.OF_XML, 20)
    signature = caller().sign(b"x").encode()
    yield Parser("JWS", (signature,), read_jws, (jws.InvalidJWS,), mutations.OF_JWS, 13)
    for path in REQUESTS:
        yield Parser(f"JSON {path}", (body(path),), _read_json(path), (CorridorError,), mutations.OF_JSON, 4)
    yield Parser(
        "JSON acknowledgement",
        (b'{"number":5,"message_id":"x"}',),
        read_acknowledgement,
        (DecodeError,),
        mutations.OF_JSON,
        2,
    )
    yield Parser("query of a mailbox", _QUERIES, _read_query(MailboxQuery), (Problem,), mutations.OF_QUERY, 2)
    yield Parser(
        "query of a statement", _QUERIES, _read_query(StatementQuery), (Problem,), mutations.OF_QUERY, 2
    )
    yield Parser("query of a look-up", _QUERIES, _read_query(LookUpQuery), (Problem,), mutations.OF_QUERY, 2)
    union: Any = Union[tuple(HANDLERS)]  # noqa: UP007  built from the list
    decoder = msgspec.msgpack.Decoder(list[tuple[int, union]])
    yield Parser(
        "frames of the link", _frames(), _read_frame(decoder), (frames.FrameError,), mutations.OF_FRAMES, 6
    )
