"""The first day of a town: everyone registered and funded, straight to the hub, before anything can go wrong."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from corridor.codecs.jws import HubHeader
from corridor.domain.instants import DAY, iso_date
from corridor.domain.phones import parse_phone
from corridor.hub import events
from corridor.hub.lists import TABLES
from corridor.hub.machine import Hub
from corridor.sandbox import world
from corridor.services.compliance.commands import ActivateList, SetScreeningPolicy
from corridor.services.compliance.records import HOLD
from corridor.services.directory.commands import RegisterAlias
from corridor.services.fx.arrangements.commands import AcceptArrangement, OfferArrangement
from corridor.services.fx.commands import PostFixing, SetFxFee, SetFxLimit, SetFxPair
from corridor.services.messaging import commands
from corridor.services.messaging.commands import Command, Origin
from corridor.services.settlement.commands import ScheduleCycles, SetClearingCap
from corridor.simulation.staff import FOREVER, Ordered
from corridor.simulation.town.customers import accounts
from corridor.simulation.town.disk import Journal, finish

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

HOLD_LIMIT_S = 25
POSITIONS = (2_000_00, 30_000_000_00, None)
"""Limits of providers: one that passes with the first payments, one with many, and none."""


def found(town: "Town") -> None:
    """Give every command of the first day to a hub that nothing disturbs.

    A batch takes commands in turn from each signer, so those that others build on come in a frame before.
    """
    now = town.timeline.now
    journal = Journal(town.disk, town.watch, remembers=False)
    snapshot = finish(journal.open(TABLES, town.hub_bic, now))
    header = HubHeader(town.hub_bic, town.environment, f"{town.hub_bic}-1")
    hub = Hub(town.hub_bic, header, town.rules, snapshot, now)

    def give(frame: Sequence[Command]) -> list[bytes]:
        nonlocal now
        answers: dict[int, events.Answered] = {}
        wake = now
        todo: list[events.Event] = [events.Submitted(1, list(enumerate(frame)))]
        while todo:
            for action in hub.receive(todo.pop(0), now):
                match action:
                    case events.Load():
                        todo.append(events.Loaded(finish(journal.load(action.keys))))
                    case events.Commit():
                        finish(journal.commit(action.batch.writes))
                        todo.append(events.Committed(action.batch.writes.number))
                    case events.Release():
                        answers |= {answer.ticket: answer for answer in action.answers}
                    case events.WakeAt():
                        wake = action.at
            if not todo and len(answers) < len(frame):
                now = max(now, wake)
                todo.append(events.Woken())
        wrong = [answer.body for answer in answers.values() if answer.status != "accepted"]
        assert not wrong, wrong[0]
        return [answers[ticket].body for ticket in range(len(frame))]

    staff = town.staff
    give([staff.founding(now)])
    for orders in _orders(town, Random(f"{town.seed}/founding")):
        told = give([staff.sign(order, now) for order in orders])
        approvals = [approval for each in told if (approval := staff.approval(each))]
        give([staff.sign(approval, now) for approval in approvals])
    origin = _origins(town)
    give(list(_commands(Random(f"{town.seed}/money"), origin)))
    _arrange(town, Random(f"{town.seed}/arrangement"), origin, give)
    town.timeline.run(now)


def _orders(town: "Town", dice: Random) -> Iterator[list[Ordered]]:
    """What operators order, in frames of which each builds on the one before."""
    order = town.staff.order
    hub = world.Institution(town.hub_bic, "Corridor", "hub", world.BOTH, world.ROUBLE)
    everyone = (hub, *world.INSTITUTIONS)
    base, quote = world.PAIR
    keys = {town.hub_bic: town.hub_key}
    frame = []
    for each in everyone:
        key = keys.get(each.bic) or town.wire.key(each.bic)
        first = commands.NewKey(f"{each.bic}-1", key.algorithm, key.public, 0, FOREVER)
        facts: dict[str, Any] = {
            "bic": each.bic,
            "name": each.name,
            "role": each.role,
            "currencies": each.currencies,
        }
        frame.append(order(commands.AddParticipant, **facts, key=first))
    frame.append(order(SetFxPair, base_currency=base, quote_currency=quote, quote_life_s=6))
    for currency, rate_bps, minimum in world.FEES:
        frame.append(order(SetFxFee, currency=currency, rate_bps=rate_bps, minimum_amount=minimum))
    frame.append(order(ScheduleCycles, every_s=dice.choice((4, 5, 6, 8, 10))))
    frame.append(order(ActivateList, version=town.list_version, entries=1))
    if dice.randrange(2):
        frame.append(order(SetScreeningPolicy, on_hit=HOLD, hold_limit_s=HOLD_LIMIT_S))
    yield frame
    for state in ("certified", "active"):
        yield [order(commands.SetParticipantState, bic=each.bic, state=state) for each in everyone]
    yield [
        order(
            SetClearingCap, participant=bank.bic, currency=currency, cap=dice.choice((2_000_000_00, 10**12))
        )
        for bank in world.BANKS
        for currency in world.BOTH
    ]
    limits = Random(f"{town.seed}/limits")
    yield [
        order(SetFxLimit, provider=each.bic, currency=currency, kind=kind, amount=limits.choice(POSITIONS))
        for each in world.FX_PROVIDERS
        for currency in each.currencies
        for kind in ("position", "quote")
        if limits.randrange(2)
    ]


def _origins(town: "Town") -> Callable[[str, str], Origin]:
    """Return what makes the next origin of a signer, for a message of a definition."""
    numbers: defaultdict[str, int] = defaultdict(int)

    def origin(signer: str, definition: str) -> Origin:
        numbers[signer] += 1
        message_id = f"{signer}/{numbers[signer]}"
        digest = sha256(message_id.encode()).digest()
        now, number = town.timeline.now, numbers[signer]
        return Origin(signer, message_id, definition, digest, now, now, number, f"{signer}-1", "a..b", b"")

    return origin


def _commands(dice: Random, origin: Callable[[str, str], Origin]) -> Iterator[Command]:
    for issuer, currency in ((world.ROUBLE_ISSUER, "RUB"), (world.SOMONI_ISSUER, "TJS")):
        for each in (*world.BANKS, *world.FX_PROVIDERS):
            # Some banks are short of money, so that some payments are not covered.
            amount = dice.choice((300_000_00, 3_000_000_00, 50_000_000_00))
            yield commands.FundAccount(origin(issuer.bic, "json/funding"), each.bic, currency, amount)
    for bank in world.BANKS:
        for account in accounts(bank):
            phone = parse_phone(account.phone)
            yield RegisterAlias(
                origin(bank.bic, "json/aliases"), phone, account.currency, account.number, account.name
            )


def _arrange(
    town: "Town",
    dice: Random,
    origin: Callable[[str, str], Origin],
    give: Callable[[Sequence[Command]], Sequence[bytes]],
) -> None:
    """Let the two central banks have an arrangement, with official rates of today and tomorrow."""
    (base, quote), (roubles, somoni) = world.PAIR, (world.ROUBLE_ISSUER.bic, world.SOMONI_ISSUER.bic)
    days = [iso_date(town.timeline.now + ahead * DAY) for ahead in range(2)]
    give([PostFixing(origin(roubles, "json/fixings"), day, base, quote, world.MID) for day in days])
    swings = [dice.choice((100_000_00, 10_000_000_00)) for _ in range(2)]
    offer = OfferArrangement(origin(roubles, "json/arrangements"), somoni, quote, base, *swings)
    number = msgspec.json.decode(give([offer])[0])["answer"]["arrangement"]
    give([AcceptArrangement(origin(somoni, "json/arrangements/accept"), number)])
