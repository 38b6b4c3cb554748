"""A day of the smallest corridor: every way a payment can go, and a crowd of others by a seed."""

from decimal import Decimal
from random import Random
from typing import Any

import msgspec
from tests.contract.signed_world import SignedWorld
from tests.rig import HUB, answer_of
from tests.world import ALFX, CBRR, CBTJ, FUNDS, LIST, PAMR, SEVR, agreed

from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import DocumentLine, ReferredDocument
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.decision import Step
from corridor.domain.instants import DAY, HOUR, SECOND, iso_date
from corridor.domain.money import Money
from corridor.services.compliance.commands import SetContractPolicy, SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.credit import commands as credit
from corridor.services.credit.drawings import spendable
from corridor.services.fx.answers import quote_answer
from corridor.services.fx.arrangements.commands import AcceptArrangement, OfferArrangement
from corridor.services.fx.commands import Inquire, PostFixing, ReplyToInquiry, RequestQuote, SetFxLimit
from corridor.services.fx.records import QUOTE
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import AddKey, Command, Refused, RevokeKey
from corridor.services.messaging.rules import settlement_account
from corridor.services.settlement.commands import (
    CancelObligation,
    CloseCycle,
    SetClearingCap,
    SetCutOff,
    SetSettlementLimit,
    SettleCycle,
    SettleObligations,
    SetUrgentReserve,
    TellCycle,
)
from corridor.services.settlement.correspondents import commands as correspondents
from corridor.services.settlement.funding.commands import CreditParticipant, TransferLiquidity
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.positions import Position, digest
from corridor.services.settlement.pvp.commands import CancelTrade, CaptureTrade, SettleTrades
from corridor.services.settlement.pvp.records import TRADE
from corridor.services.settlement.returns.commands import ReturnPayment

SETTLED, CREDITED, REFUSED, SILENT, OPEN, CONVERTED, HELD = range(1, 8)
"""The payments that tests name, by the number in their UETR. 20 to 29 are others, 100 on the crowd."""
HUNDRED = Money(100_00, "RUB")
RETURNED = 90
"""It was given back; so was CONVERTED."""

HIT = Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),))


def live(world: SignedWorld, crowd: int = 40, seed: int = 7) -> SignedWorld:
    """Found the corridor, and let its day pass."""
    world.found()
    arrange(world)
    end_of_day(world)
    _ordinary(world)
    _converted(world)
    account = correspond(world)
    lend(world)
    _compared(world, account)
    _returned(world)
    _screened(world)
    _commercial(world)
    _wrong(world)
    _gross(world)
    _traded(world)
    _funded(world)
    _crowd(world, Random(seed), crowd)
    _netted(world)
    world.quote(777_00)  # stays open
    world.pay(world.order(OPEN))
    return world


def uetr(world: SignedWorld, n: int) -> str:
    """Return the UETR of a payment."""
    return world.order(n).uetr


def _ordinary(world: SignedWorld) -> None:
    for n in (SETTLED, CREDITED, REFUSED, SILENT):
        world.pay(world.order(n))
    world.report(uetr(world, SETTLED), "ACCP")
    world.report(uetr(world, CREDITED), "ACCP")
    world.report(uetr(world, CREDITED), "ACCC")
    world.report(uetr(world, REFUSED), "RJCT", reason="AC03")
    world.ask(uetr(world, SETTLED))
    world.advance(8)
    world.report(uetr(world, SILENT), "ACCP")  # too late


def _converted(world: SignedWorld) -> None:
    for n, amount in ((CONVERTED, 1_000_00), (20, FUNDS * 2)):  # the second is not covered
        quote = world.quote(amount)
        world.pay(world.order(n, interbank_settlement_amount=Money(amount, "RUB"), agreed_rate=agreed(quote)))
    world.report(uetr(world, CONVERTED), "ACCP")
    tomorrow = iso_date(world.now + 24 * HOUR)
    for kind, amount, on in (("position", FUNDS, ""), ("quote", FUNDS // 2, ""), ("quote", FUNDS, tomorrow)):
        world.operate(SetFxLimit, provider=ALFX, currency="TJS", kind=kind, amount=amount, on=on)
    world.quote(500_00)
    inquire(world, "8.55", paid_by=29)
    inquire(world, "")
    world.advance(61)  # and it expires, and so does the inquiry


def inquire(world: SignedWorld, rate: str, *, paid_by: int = 0) -> int:
    """Ask all providers, let one reply, and pay on the quote that it makes; return the inquiry's number."""
    origin, amount = world.origin(SEVR, definition="json/inquiries"), 200_00
    asked = answer_of(world.submit(Inquire(origin, PAMR, "RUB", "TJS", "source", amount, 60)))
    number: int = asked["inquiry"]
    if rate:
        origin = world.origin(ALFX, definition="json/inquiries/reply")
        replied = world.submit(ReplyToInquiry(origin, number, Decimal(rate)))
        assert replied.status == "accepted", replied.body
    if paid_by:
        quote = max(world.hub.memory.records(QUOTE), key=lambda each: each.quote_id)
        terms = msgspec.json.decode(quote_answer(quote))
        money = Money(amount, "RUB")
        world.pay(world.order(paid_by, interbank_settlement_amount=money, agreed_rate=agreed(terms)))
        world.report(uetr(world, paid_by), "ACCP")
    return number


def _returned(world: SignedWorld) -> None:
    """One is given back in its own currency, one in that of the creditor; one twice, one that never settled."""
    world.pay(world.order(RETURNED))
    world.report(uetr(world, RETURNED), "ACCP")
    for n in (RETURNED, RETURNED, 20):
        give_back(world, n)
    give_back(world, CONVERTED, Money(116_27, "TJS"))


def give_back(world: SignedWorld, n: int, received: Money = HUNDRED) -> None:
    """Let the creditor agent of a payment return it."""
    origin = world.origin(PAMR, definition="pacs.004.001.09")
    message = PaymentReturn(
        message_id=origin.message_id,
        created_at=world.now,
        return_id="r1",
        original_uetr=uetr(world, n),
        returned_amount=received,
        instructing_agent=PAMR,
        instructed_agent=HUB,
        reason="AC04",
    )
    world.submit(ReturnPayment(origin, message))


def _screened(world: SignedWorld) -> None:
    world.pay(world.order(21), HIT)
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    for n in (HELD, 22, 23):
        world.pay(world.order(n), HIT)
    world.operate(ReleasePayment, uetr=uetr(world, HELD))
    world.report(uetr(world, HELD), "ACCP")
    world.operate(RefusePayment, uetr=uetr(world, 22))  # 23 stays held


def lend(world: SignedWorld) -> None:
    """A facility over two midnights, drawn by hand and by a payment; and a secured line."""

    def say(command: type[Command], signer: str, **facts: Any) -> dict[str, Any]:
        answer = world.submit(command(world.origin(signer, definition="json/credit"), **facts))
        assert answer.status == "accepted", answer.body
        return answer_of(answer)

    terms = {
        "limit": 2_000_00,
        "rate": Decimal("16.5"),
        "fee_rate": Decimal("0.5"),
        "day_count": "30E/360",
    }
    begins, ends = iso_date(world.now), iso_date(world.now + 365 * DAY)
    tenor = {"starts_on": begins, "ends_on": ends, "automatic": True}
    facility = say(credit.OfferFacility, PAMR, borrower=SEVR, currency="RUB", **terms, **tenor)["facility"]
    say(credit.AcceptFacility, SEVR, facility=facility)
    say(credit.DrawFacility, SEVR, facility=facility, amount=1_000_00, currency="RUB")
    for pledge_id, hours in ("stays", 999), ("expires", 1):
        pledge = {"pledge_id": pledge_id, "pledger": PAMR, "currency": "RUB", "value": 5_000_00}
        valid_until = world.now + hours * HOUR
        say(credit.TakePledge, CBRR, **pledge, haircut_bps=1_000, valid_until=valid_until)
    say(credit.SetCreditLine, CBRR, participant=PAMR, currency="RUB", line=8_000_00)
    step = Step(world.hub.memory, world.now)
    lacks = spendable(step, settlement_account(step, SEVR, "RUB")) + 7_00
    world.pay(world.order(28, interbank_settlement_amount=Money(lacks, "RUB")))
    world.advance(20)
    world.advance(2 * 86_400)
    say(credit.RepayFacility, SEVR, facility=facility, amount=100_00, currency="RUB")
    other = say(
        credit.OfferFacility,
        PAMR,
        borrower=SEVR,
        currency="RUB",
        **terms,
        **tenor | {"starts_on": "2027-01-01"},
    )
    say(credit.CancelFacility, SEVR, facility=other["facility"])


def _commercial(world: SignedWorld) -> None:
    """Goods with and without the contract that they need, and the day's official rates, one of them corrected."""
    world.operate(SetContractPolicy, currency="RUB", from_amount=1)
    documents = (
        ReferredDocument(type="CINV", number="118", lines=(DocumentLine(type="PTCD", number="27"),)),
        ReferredDocument(type="CONT", number="7/26"),
    )
    for n, named in ((40, documents), (41, documents[:1])):
        world.pay(world.order(n, purpose="GDDS", documents=named))
    world.report(uetr(world, 40), "ACCP")
    for rate in ("98.5", "89.5"):
        origin = world.origin(CBRR, definition="json/fixings")
        world.submit(PostFixing(origin, iso_date(world.now), "USD", "RUB", Decimal(rate)))


def arrange(world: SignedWorld) -> None:
    """Let two central banks have an arrangement, and a payer pay in its own currency."""
    origin = world.origin(CBRR, definition="json/fixings")
    world.submit(PostFixing(origin, iso_date(world.now), "TJS", "RUB", Decimal("8.5")))
    offer = OfferArrangement(
        world.origin(CBRR, definition="json/arrangements"), CBTJ, "RUB", "TJS", 8_500_00, 1_000_00
    )
    number = answer_of(world.submit(offer))["arrangement"]
    world.submit(AcceptArrangement(world.origin(CBTJ, definition="json/arrangements/accept"), number))
    origin, amount = world.origin(SEVR, definition="json/quotes"), Money(850_10, "RUB")
    asked = world.submit(RequestQuote(origin, PAMR, "RUB", "TJS", "source", amount.minor, CBRR))
    order = world.order(42, agreed_rate=agreed(answer_of(asked)), interbank_settlement_amount=amount)
    world.pay(order)
    world.report(order.uetr, "ACCP")


def end_of_day(world: SignedWorld) -> None:
    """Let it be midnight, when two central banks net what they owe each other."""
    world.advance((DAY - world.now % DAY) / SECOND + 1)


def _wrong(world: SignedWorld) -> None:
    order = world.order(24)
    world.pay(order, message_id="twice")
    world.pay(world.order(25), message_id="twice")  # the same id, another content
    world.pay(order, message_id="twice")  # the same once more: answered, not logged
    world.pay(world.order(24, message_id="again"))  # a known UETR
    world.report(order.uetr, "ACCP", signer=SEVR)  # not theirs to say
    unreadable = world.origin(SEVR, b"<Envelope", "unreadable")
    world.submit(Refused(unreadable, reason="FF01", text="not parseable"))
    world.operate(
        AddKey,
        key_id="SEVRRUM0-2",
        participant=SEVR,
        algorithm="EdDSA",
        public=world.public(SEVR),
        valid_from=0,
        valid_until=2**62,
    )
    world.pay(world.order(26), key_id="SEVRRUM0-2")
    world.operate(RevokeKey, key_id="SEVRRUM0-2")
    world.pay(world.order(27), key_id="SEVRRUM0-2")  # no longer heard


def _gross(world: SignedWorld) -> None:
    """Some settle at once, some together, some are cancelled, some wait on."""
    facts = {"clearing_channel": "RTGS"}
    world.pay(world.order(30, **facts))
    too_much = Money(FUNDS * 2, "RUB")
    world.pay(world.order(31, **facts, interbank_settlement_amount=too_much))
    world.pay(world.order(32, PAMR, SEVR, **facts, interbank_settlement_amount=too_much))
    numbers = tuple(world.hub.memory.find(PAYMENT, uetr(world, n)).number for n in (31, 32))
    proposal = SettleObligations(
        world.origin(WORKER, definition="json/settlements"), numbers, 1, "offset", ""
    )
    assert world.submit(proposal).status == "accepted"
    world.operate(SetUrgentReserve, participant=PAMR, currency="RUB", amount=100)
    world.operate(SetSettlementLimit, participant=PAMR, creditor=SEVR, currency="RUB", amount=1_000_00)
    world.operate(SetCutOff, currency="TJS", time="21:00:00+05:00")
    world.pay(world.order(33, **facts, interbank_settlement_amount=too_much))
    world.submit(CancelObligation(world.origin(SEVR, definition="json/queue/cancel"), uetr(world, 33)))
    world.pay(world.order(34, PAMR, SEVR, **facts, interbank_settlement_amount=too_much))


def _netted(world: SignedWorld) -> None:
    """A cycle that has settled and is told in part, one that is closed, and one that is open."""
    for bank in (SEVR, PAMR):
        world.operate(SetClearingCap, participant=bank, currency="RUB", cap=1_000_00)
    facts, first = {"clearing_channel": "MPNS"}, len(world.mailboxes[PAMR])
    for n, purpose in ((50, "SUPP"), (51, "SALA")):
        world.pay(world.order(n, **facts, category_purpose=purpose))
    world.pay(world.order(52, PAMR, SEVR, **facts))
    world.submit(world.operation(CloseCycle, cycle=1))
    world.pay(world.order(53, **facts))
    positions = [
        Position("RUB", PAMR, "goods", 0, 100_00, 1),
        Position("RUB", PAMR, "other", 100_00, 0, 1),
        Position("RUB", PAMR, "wages", 0, 100_00, 1),
        Position("RUB", SEVR, "goods", 100_00, 0, 1),
        Position("RUB", SEVR, "other", 0, 100_00, 1),
        Position("RUB", SEVR, "wages", 100_00, 0, 1),
    ]
    origin = world.origin(WORKER, definition="json/cycles")
    assert world.submit(SettleCycle(origin, 1, 3, digest(1, 3, positions))).status == "accepted"
    number = int(world.mailboxes[PAMR][first].message.clearing_system_reference)
    telling = TellCycle(world.origin(WORKER, definition="json/cycles"), 1, ((number, uetr(world, 50)),))
    assert world.submit(telling).status == "accepted"
    world.submit(world.operation(CloseCycle, cycle=2))
    world.pay(world.order(54, **facts))


def _traded(world: SignedWorld) -> None:
    """Some trades settle at once or together, some are cancelled by both, one is matched by nobody, one waits."""
    much, little = FUNDS * 2, FUNDS // 1_000
    for n, roubles in ((1, little), (2, much), (3, much), (4, little), (5, much)):
        sides = (SEVR, PAMR) if n != 3 else (PAMR, SEVR)
        trade(world, n, *sides, roubles, little, both=n != 4)
    for signer, other in ((SEVR, PAMR), (PAMR, SEVR)):
        world.submit(CancelTrade(world.origin(signer, definition="json/trades/cancel"), other, "T5"))
    numbers = tuple(each.number for each in world.hub.memory.records(TRADE) if each.reference in ("T2", "T3"))
    proposal = SettleTrades(world.origin(WORKER, definition="json/settlements"), numbers, 1, "together", "")
    assert world.submit(proposal).status == "accepted"
    trade(world, 6, SEVR, PAMR, much, little)
    trade(world, 7, ALFX, SEVR, little, little)


def _funded(world: SignedWorld) -> None:
    """Money that comes because it was asked for, or of itself, and leaves; some is refused, some waits on."""
    for n, inward in ((80, False), (81, False), (82, True), (83, True), (84, False), (85, True)):
        wish(world, n, inward=inward)
    for n, status in ((80, "ACSC"), (81, "RJCT"), (83, "RJCT")):
        world.report(uetr(world, n), status, CBRR, reason="AM04" if status == "RJCT" else None)
    for n in (82, 86):
        bring(world, n)
    wish(world, 87, kopecks=FUNDS * 100)
    bring(world, 88, by=CBTJ)
    world.ask(uetr(world, 84))


def wish(world: SignedWorld, n: int, *, inward: bool = False, kopecks: int = 250_00) -> None:
    """Let a bank send money to its central bank, or ask it for some."""
    here, there = f"{SEVR}-RUB", "30101810400000000225"
    order = LiquidityTransfer(
        message_id=f"{SEVR}-m{n}",
        created_at=world.now,
        end_to_end_id=f"e{n}",
        uetr=uetr(world, n),
        creditor=SEVR,
        creditor_account=here if inward else there,
        amount=Money(kopecks, "RUB"),
        debtor=SEVR,
        debtor_account=there if inward else here,
    )
    world.submit(TransferLiquidity(world.origin(SEVR, definition="camt.050.001.07"), order))


def bring(world: SignedWorld, n: int, by: str = CBRR) -> None:
    """Let a central bank put money into a bank's account."""
    money = InstitutionTransfer(
        message_id=f"{by}-m{n}",
        created_at=world.now,
        settlement_method="CLRG",
        end_to_end_id=f"e{n}",
        uetr=uetr(world, n),
        interbank_settlement_amount=Money(250_00, "RUB"),
        instructing_agent=by,
        instructed_agent=HUB,
        debtor=SEVR,
        creditor=SEVR,
    )
    world.submit(CreditParticipant(world.origin(by, definition="pacs.009.001.08"), money))


def trade(
    world: SignedWorld, n: int, seller: str, buyer: str, roubles: int, somoni: int, *, both: bool = True
) -> None:
    """Let a bank, or both, state that roubles are sold for somoni today."""
    today = iso_date(world.now)
    sold, bought = ("RUB", roubles), ("TJS", somoni)
    for signer, other, sells, buys in ((seller, buyer, sold, bought), (buyer, seller, bought, sold))[
        : 1 + both
    ]:
        origin = world.origin(signer, definition="json/trades")
        answer = world.submit(CaptureTrade(origin, other, f"T{n}", today, today, *sells, *buys))
        assert answer.status == "accepted", answer.body


def correspond(world: SignedWorld) -> int:
    """Return an account that is funded, and paid from and into; another one is closed again, a third is offered."""
    accounts = []
    for servicer, owner, terms in ((PAMR, SEVR, {"overdraft": 50_00, "ceiling": 900_00}), (SEVR, PAMR, {})):
        facts = {"account_servicer": servicer, "account_owner": owner, "currency": "TJS", **terms}
        accounts.append(_say(world, correspondents.OfferCorrespondent, servicer, **facts)["account"])
        _say(world, correspondents.AcceptCorrespondent, owner, account=accounts[-1])
    account, other = accounts
    _say(world, correspondents.FundCorrespondent, SEVR, account=account, amount=100_00, currency="TJS")
    facts = {"clearing_channel": "BOOK", "interbank_settlement_amount": Money(120_00, "TJS")}
    world.pay(world.order(70, **facts, settlement_method="INDA"))
    world.pay(world.order(71, **facts, settlement_method="INDA"))  # beyond the overdraft
    world.pay(world.order(72, PAMR, SEVR, **facts, settlement_method="INGA"))
    for signer in (PAMR, SEVR):
        _say(world, correspondents.CloseCorrespondent, signer, account=other)
    offer = {"account_servicer": SEVR, "account_owner": PAMR, "currency": "RUB"}
    _say(world, correspondents.OfferCorrespondent, PAMR, **offer)
    return account


def _compared(world: SignedWorld, account: int) -> None:
    """Days later: money is taken back, and the owner's own book compared."""
    _say(world, correspondents.WithdrawCorrespondent, SEVR, account=account, amount=30_00, currency="TJS")
    stated = {"account": account, "day": iso_date(world.now), "currency": "TJS", "closing": 70_00}
    _say(world, correspondents.ReconcileCorrespondent, SEVR, **stated, count=1)


def _say(world: SignedWorld, command: type[Command], signer: str, **facts: Any) -> dict[str, Any]:
    answer = world.submit(command(world.origin(signer, definition="json/correspondents"), **facts))
    assert answer.status == "accepted", answer.body
    return answer_of(answer)


def _crowd(world: SignedWorld, dice: Random, size: int) -> None:
    waiting: list[str] = []
    for n in range(100, 100 + size):
        order = world.order(n, interbank_settlement_amount=Money(dice.randint(1, 5_000_00), "RUB"))
        world.pay(order)
        waiting.append(order.uetr)
        if dice.random() < 0.7:
            uetr = waiting.pop(dice.randrange(len(waiting)))
            status = dice.choice(("ACCP", "ACCP", "ACCP", "RJCT"))
            world.report(uetr, status, reason="AC04" if status == "RJCT" else None)
            if status == "ACCP" and dice.random() < 0.5:
                world.report(uetr, "ACCC")
        world.advance(dice.random())
