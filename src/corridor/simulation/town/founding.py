"""The first day of a town: everyone registered and funded, straight to the hub, before anything can go wrong."""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

from corridor.codecs.jws import HubHeader
from corridor.domain.phones import parse_phone
from corridor.hub import events
from corridor.hub.lists import TABLES
from corridor.hub.machine import Hub
from corridor.sandbox import world
from corridor.services.compliance.commands import ActivateList, SetScreeningPolicy
from corridor.services.compliance.records import HOLD
from corridor.services.directory.commands import RegisterAlias
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.messaging import commands
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import Command, Origin
from corridor.simulation.town.customers import accounts
from corridor.simulation.town.disk import Journal, finish

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

HOLD_LIMIT_S = 25


def found(town: "Town") -> None:
    """Give every command of the first day to a hub that nothing disturbs."""
    now = town.timeline.now
    journal = Journal(town.disk, town.watch, remembers=False)
    snapshot = finish(journal.open(TABLES, town.hub_bic, now))
    header = HubHeader(town.hub_bic, town.environment, f"{town.hub_bic}-1")
    hub = Hub(town.hub_bic, header, town.rules, snapshot, now)
    given = list(_commands(town, Random(f"{town.seed}/founding")))
    # A batch takes commands in turn from each signer, so those that others build on come in a frame before.
    for by_operator in (True, False):
        frame = events.Submitted(
            1, [(i, each) for i, each in enumerate(given) if _by_operator(each) == by_operator]
        )
        answers: list[events.Answered] = []
        todo: list[events.Event] = [frame]
        while todo:
            for action in hub.receive(todo.pop(0), now):
                match action:
                    case events.Load():
                        todo.append(events.Loaded(finish(journal.load(action.keys))))
                    case events.Commit():
                        finish(journal.commit(action.batch.writes))
                        todo.append(events.Committed(action.batch.writes.number))
                    case events.Release():
                        answers += action.answers
                    case events.WakeAt():
                        now = max(now, action.at)
                        todo.append(events.Woken())
            if not todo and len(answers) < len(frame.commands):
                todo.append(events.Woken())
        wrong = [answer.body for answer in answers if answer.status != "accepted"]
        assert not wrong, wrong[0]
    town.timeline.run(now)


def operator_origin(name: str, message_id: str, now: int) -> Origin:
    """Where an operator's command comes from."""
    return Origin(
        f"operator:{name}", message_id, "operator", sha256(message_id.encode()).digest(), now, issued_at=now
    )


def _by_operator(command: Command) -> bool:
    return command.origin.signer.startswith(OPERATOR)


def _commands(town: "Town", dice: Random) -> Iterator[Command]:
    numbers: defaultdict[str, int] = defaultdict(int)

    def origin(signer: str, definition: str = "operator") -> Origin:
        numbers[signer] += 1
        message_id = f"{signer}/{numbers[signer]}"
        digest = sha256(message_id.encode()).digest()
        now, number = town.timeline.now, numbers[signer]
        return Origin(signer, message_id, definition, digest, now, now, number, f"{signer}-1", "a..b", b"")

    def operator(command: type[Command], **facts: Any) -> Command:
        return command(origin("operator:founder"), **facts)

    hub = world.Institution(town.hub_bic, "Corridor", "hub", world.BOTH, world.ROUBLE)
    keys = {town.hub_bic: town.hub_key}
    for each in (hub, *world.INSTITUTIONS):
        facts = {"bic": each.bic, "name": each.name, "role": each.role, "currencies": each.currencies}
        yield operator(commands.AddParticipant, **facts)
        key = keys.get(each.bic) or town.wire.key(each.bic)
        yield operator(
            commands.AddKey,
            key_id=f"{each.bic}-1",
            participant=each.bic,
            algorithm=key.algorithm,
            public=key.public,
            valid_from=0,
            valid_until=2**62,
        )
        for state in ("certified", "active"):
            yield operator(commands.SetParticipantState, bic=each.bic, state=state)
    base, quote = world.PAIR
    yield operator(SetFxPair, base_currency=base, quote_currency=quote, quote_life_s=6)
    for currency, rate_bps, minimum in world.FEES:
        yield operator(SetFxFee, currency=currency, rate_bps=rate_bps, minimum_amount=minimum)
    yield operator(ActivateList, version=town.list_version, entries=1)
    if dice.randrange(2):
        yield operator(SetScreeningPolicy, on_hit=HOLD, hold_limit_s=HOLD_LIMIT_S)
    for issuer, currency in ((world.ROUBLE_ISSUER, "RUB"), (world.SOMONI_ISSUER, "TJS")):
        for each in (*world.BANKS, *world.FX_PROVIDERS):
            # Some banks are short of money, so that some payments are not covered.
            amount = dice.choice((3_000_000_00, 50_000_000_00))
            yield commands.FundAccount(origin(issuer.bic, "json/funding"), each.bic, currency, amount)
    for bank in world.BANKS:
        for account in accounts(bank):
            phone = parse_phone(account.phone)
            yield RegisterAlias(
                origin(bank.bic, "json/aliases"), phone, account.currency, account.number, account.name
            )
