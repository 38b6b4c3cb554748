"""Every fault that a town can suffer. A run draws a part of them, and how hard each strikes, from its seed.

To add one: a function that is given the town and dice, sets rates of the network or plans what happens until
`town.storm_ends`, and says `town.strike(NAME)` whenever it does something; and a line in FAULTS. What it breaks,
`Town.heal` must make whole.
"""

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from corridor.domain.instants import MILLISECOND, SECOND, Instant, iso_time
from corridor.sandbox.world import BANKS, BOTH, FX_PROVIDERS
from corridor.services.fx.commands import SetFxLimit
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.messaging.records import ACTIVE, SUSPENDED
from corridor.services.settlement.commands import (
    SetClearingCap,
    SetCutOff,
    SetSettlementLimit,
    SetUrgentReserve,
)
from corridor.simulation.town.hub_house import HubHouse
from corridor.simulation.town.town import Town

Strike = Callable[[Town, Random], None]


class Fault(NamedTuple):
    """What can go wrong: its name, its numbers in the fault model, and what makes it happen."""

    name: str
    model: tuple[str, ...]
    befall: Strike


def every(town: Town, dice: Random, mean: Instant, act: Callable[[], None]) -> None:
    """Do this again and again, at random times, while the storm lasts."""

    def again() -> None:
        if town.timeline.now < town.storm_ends:
            act()
            town.timeline.after(dice.randrange(2 * mean), again)

    town.timeline.after(dice.randrange(2 * mean), again)


def _loss(town: Town, dice: Random) -> None:
    town.network.loses = dice.randrange(5, 300)


def _duplication(town: Town, dice: Random) -> None:
    town.network.repeats = dice.randrange(5, 80)


def _delay(town: Town, dice: Random) -> None:
    town.network.delays = dice.randrange(5, 300)
    town.network.delays_by = dice.choice((50 * MILLISECOND, SECOND, 10 * SECOND))


def _torn_frames(town: Town, dice: Random) -> None:
    town.network.tears = dice.randrange(10, 300)


def _lost_deliveries(town: Town, dice: Random) -> None:
    town.lost_hints = dice.randrange(50, 900)


def _partition(town: Town, dice: Random) -> None:
    away = town.network.away

    def cut() -> None:
        house, door = dice.choice(town.houses).name, dice.choice(town.doors).name
        ways = dice.choice((((house, door),), ((door, house),), ((house, door), (door, house))))
        town.tell(f"between {house} and {door} the network is cut, {len(ways)} of 2 ways")
        away.update(dict.fromkeys(ways, True))
        town.timeline.after(dice.randrange(500 * MILLISECOND, 8 * SECOND), join, ways)

    def join(ways: tuple[tuple[str, str], ...]) -> None:
        for way in ways:
            away.pop(way, None)

    every(town, dice, 2 * SECOND, cut)


def _hub_crash(town: Town, dice: Random) -> None:
    def crash() -> None:
        town.strike("hub crash")
        town.kill(town.hub)

    every(town, dice, dice.choice((SECOND, 4 * SECOND)), crash)


def _participant_crash(town: Town, dice: Random) -> None:
    def crash() -> None:
        town.strike("participant crash")
        town.kill(dice.choice(town.houses))

    every(town, dice, dice.choice((300 * MILLISECOND, 2 * SECOND)), crash)


def _settler_crash(town: Town, dice: Random) -> None:
    def crash() -> None:
        town.strike("settler crash")
        town.kill(town.settler)

    every(town, dice, 2 * SECOND, crash)


def _gateway_crash(town: Town, dice: Random) -> None:
    def crash() -> None:
        town.strike("gateway crash")
        town.kill(dice.choice(town.doors))

    every(town, dice, 2 * SECOND, crash)


def _total_loss(town: Town, dice: Random) -> None:
    def crash() -> None:
        town.strike("total loss")
        for party in town.parties:
            town.kill(party)

    town.timeline.after(dice.randrange(town.storm_ends - town.timeline.now), crash)


def _hub_outage(town: Town, dice: Random) -> None:
    """Down across the deadlines of many payments (F20)."""

    def fail() -> None:
        if town.hub.up:
            town.strike("hub outage")
            town.tell("the hub is down for long")
            town.hub.end()
            town.timeline.after(dice.randrange(7 * SECOND, 13 * SECOND), town.revive, town.hub)

    town.timeline.after(dice.randrange(8 * SECOND), fail)


def _signer_away(town: Town, dice: Random) -> None:
    def leave() -> None:
        town.strike("signer away")
        town.tell("the signer is away")
        town.signer_up = False
        town.timeline.after(dice.randrange(100 * MILLISECOND, 9 * SECOND), back)

    def back() -> None:
        town.signer_up = True

    every(town, dice, 5 * SECOND, leave)


def _unknown_outcome(town: Town, dice: Random) -> None:
    town.unknown_outcomes = dice.randrange(2, 30)


def _slow_journal(town: Town, dice: Random) -> None:
    town.slow_commits = dice.randrange(2, 60)


def _slow_store(town: Town, dice: Random) -> None:
    town.slow_stores = dice.randrange(5, 100)


def _slow_bank(town: Town, dice: Random) -> None:
    town.slow_banks = dice.randrange(5, 60)


def _second_hub(town: Town, dice: Random) -> None:
    """Another process believes that it is the hub, and takes over; the first does not know it yet (F13)."""

    def take_over() -> None:
        old = town.hub
        if not old.up:
            return
        new = HubHouse(
            town, f"the hub's successor at {(town.timeline.now - town.timeline.start) // SECOND} s"
        )
        town.parties[town.parties.index(old)] = new
        town.hub = new
        town.tell(f"{new.name} takes over while {old.name} still runs")
        new.begin()
        door = dice.choice(town.doors)
        town.timeline.after(dice.randrange(SECOND), door.leave_hub)

    every(town, dice, 6 * SECOND, take_over)


def _clock_jumps(town: Town, dice: Random) -> None:
    """Clocks are set wrong: participants' by up to ten minutes, the hub's and gateways' by seconds (F35)."""

    def jump() -> None:
        party = town.hub if dice.randrange(4) == 0 else dice.choice(town.parties)
        reach = 600 if party in town.houses else 3
        party.skew = dice.randrange(-reach * SECOND, reach * SECOND)
        town.strike("clock jump")
        town.tell(f"the clock of {party.name} is {party.skew / SECOND:+.3f} s off")

    every(town, dice, 2 * SECOND, jump)


def _new_lists(town: Town, dice: Random) -> None:
    def renew() -> None:
        town.strike("list change")
        town.new_list()

    every(town, dice, 3 * SECOND, renew)


def _frozen_accounts(town: Town, dice: Random) -> None:
    """An operator freezes a bank's account, and thaws it (F39)."""

    def freeze() -> None:
        bank, currency = dice.choice(BANKS).bic, dice.choice(BOTH)
        town.strike("frozen account")
        for frozen, wait in ((True, 0), (False, dice.randrange(3 * SECOND))):
            town.timeline.after(wait, give, bank, currency, frozen)

    def give(bank: str, currency: str, frozen: bool) -> None:
        town.operate(town.staff.order(SetFrozen, participant=bank, currency=currency, frozen=frozen))

    every(town, dice, 3 * SECOND, freeze)


def _suspended_banks(town: Town, dice: Random) -> None:
    """An operator suspends a bank, and two make it active again (F39)."""

    def suspend() -> None:
        bank = dice.choice(BANKS).bic
        town.strike("suspended bank")
        for state, wait in ((SUSPENDED, 0), (ACTIVE, dice.randrange(3 * SECOND))):
            town.timeline.after(wait, give, bank, state)

    def give(bank: str, state: str) -> None:
        town.operate(town.staff.order(SetParticipantState, bic=bank, state=state))

    every(town, dice, 4 * SECOND, suspend)


def _changed_limits(town: Town, dice: Random) -> None:
    """What a bank may send, keeps or may owe a cycle, or a provider may promise, is changed by two operators (F39)."""

    def change() -> None:
        one, other = (bank.bic for bank in dice.sample(BANKS, 2))
        amount, currency = dice.randrange(4_000_000_00), dice.choice(BOTH)
        town.strike("changed limits")
        facts = {"participant": one, "currency": currency}
        what = dice.randrange(4)
        if what == 0:
            creditor = dice.choice(("", other))
            order = town.staff.order(SetSettlementLimit, **facts, creditor=creditor, amount=amount)
        elif what == 1:
            order = town.staff.order(SetUrgentReserve, **facts, amount=amount)
        elif what == 2:
            order = town.staff.order(SetClearingCap, **facts, cap=amount)
        else:
            provider, kind = dice.choice(FX_PROVIDERS).bic, dice.choice(("position", "quote"))
            order = town.staff.order(
                SetFxLimit, provider=provider, currency=currency, kind=kind, amount=amount
            )
        town.operate(order)

    every(town, dice, 2 * SECOND, change)


def _end_of_day(town: Town, dice: Random) -> None:
    """The business day of a currency ends in the middle of everything (F35, F39)."""

    def end() -> None:
        town.strike("end of day")
        at = town.timeline.now + dice.randrange(1, 4) * SECOND
        town.operate(town.staff.order(SetCutOff, currency=dice.choice(BOTH), time=iso_time(at)))

    town.timeline.after(dice.randrange(6 * SECOND), end)


def _equivocation(town: Town, dice: Random) -> None:
    """A bank orders two payments under one UETR (F41)."""

    def lie() -> None:
        house = town.banks[dice.choice(BANKS).bic]
        if house.up and house.lie(dice):
            town.strike("equivocation")

    every(town, dice, SECOND, lie)


def _poison(town: Town, dice: Random) -> None:
    """What the hub decides cannot be rendered: a bug that only some payments meet (F37)."""
    town.poison = dice.randrange(20, 60)


FAULTS: Final = (
    Fault("loss", ("F1", "F4", "F16"), _loss),
    Fault("duplication", ("F2", "F6", "F14"), _duplication),
    Fault("delay", ("F3", "F16"), _delay),
    Fault("partition", ("F16", "F36"), _partition),
    Fault("torn frame", ("F8", "F14"), _torn_frames),
    Fault("lost delivery", ("F14", "F15"), _lost_deliveries),
    Fault("hub crash", ("F7", "F21", "F22"), _hub_crash),
    Fault("hub outage", ("F20",), _hub_outage),
    Fault("unknown outcome", ("F8", "F9", "F10"), _unknown_outcome),
    Fault("participant crash", ("F1", "F14", "F17"), _participant_crash),
    Fault("gateway crash", ("F4", "F5", "F7"), _gateway_crash),
    Fault("total loss", ("F10", "F21"), _total_loss),
    Fault("second hub", ("F13", "F22"), _second_hub),
    Fault("signer away", ("F14", "F36"), _signer_away),
    Fault("slow journal", ("F19", "F36"), _slow_journal),
    Fault("slow store", ("F36",), _slow_store),
    Fault("slow bank", ("F18", "F36"), _slow_bank),
    Fault("clock jump", ("F35",), _clock_jumps),
    Fault("list change", ("F39",), _new_lists),
    Fault("frozen account", ("F39", "F23"), _frozen_accounts),
    Fault("suspended bank", ("F39",), _suspended_banks),
    Fault("settler crash", ("F7", "F21"), _settler_crash),
    Fault("changed limits", ("F39",), _changed_limits),
    Fault("end of day", ("F39", "F35"), _end_of_day),
    Fault("equivocation", ("F41",), _equivocation),
    Fault("poison", ("F37",), _poison),
)


def swarm(seed: int) -> tuple[str, ...]:
    """Return the faults of a run: now few of them, now many, so that none hides another for ever."""
    dice = Random(f"{seed}/swarm")
    share = dice.choice((0.1, 0.25, 0.5))
    return tuple(fault.name for fault in FAULTS if dice.random() < share)
