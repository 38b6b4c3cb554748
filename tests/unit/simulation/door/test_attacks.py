"""Every attack gets its answer on a journal in memory; a door that lets something in is told of."""

from mmap import mmap

import pytest

from corridor.domain.instants import SECOND
from corridor.simulation.door.attacks import certificates, replays, signatures, skipped, values
from corridor.simulation.door.attacks.strike import Attack, strike
from corridor.simulation.door.attacks.trial import ATTACKS, attack_all
from corridor.simulation.door.bits import flip
from corridor.simulation.door.wire import request
from corridor.simulation.door.world import OLD, key_of

pytestmark = pytest.mark.anyio


async def test_every_attack(house):
    told = []
    broken = await attack_all(house, told.append)
    assert [each for each in broken if "of the processor" not in each] == []
    assert len(told) == len(ATTACKS)


def test_that_every_number_of_the_list_is_tried_or_said_to_be_elsewhere():
    tried = {attack.number for attack in (*ATTACKS, *certificates.ATTACKS)} | {"A79"}
    for numbers in skipped.SKIPPED:
        first, _, last = numbers.replace("A", "").partition("-")
        tried |= {f"A{n}" for n in range(int(first), int(last or first) + 1)}
    assert {f"A{n}" for n in range(1, 81)} <= tried


def test_that_names_tell_attacks_apart():
    assert len({(attack.number, attack.name) for attack in ATTACKS}) == len(ATTACKS)


async def met(house, outside, attack):
    complaints, _ = await strike(house, outside, attack)
    return "; ".join(complaints)


def pays(s):
    return s.post(s.sevr.order(s.house.fresh()))


async def test_that_another_answer_is_told(house, outside):
    assert "HTTP 202, not 401" in await met(house, outside, Attack("A10", "x", pays, 401, moves=True))


async def test_that_another_word_in_the_mailbox_is_told(house, outside):
    attack = Attack("A47", "x", values.amount("0.00"), 202, "RJCT AM04", "refused AM04")
    complaints = await met(house, outside, attack)
    assert "the mailbox says 'RJCT AM01', not 'RJCT AM04'" in complaints
    assert "the log says 'refused AM01'" in complaints


async def test_that_money_which_moves_is_told(house, outside):
    complaints = await met(house, outside, Attack("A1", "x", pays, 202, trace="accepted"))
    assert "a balance changed" in complaints
    assert "is ACSP" in complaints
    assert "others were told of it: {'PAMRTJ20'}" in complaints


async def test_that_what_reaches_the_hub_is_told(house, outside):
    attack = Attack("A13", "x", signatures.signed(key_id=OLD, key=key_of(OLD)), 202, "admi.002 DS0D")
    assert "the log has 1 lines of it" in await met(house, outside, attack)
    attack = Attack("A10", "x", signatures.unsigned, 401, trace="unauthenticated signature")
    assert "counted as {'none'}, not 'signature'" in await met(house, outside, attack)
    attack = Attack("A22", "x", replays.again_after(SECOND), 202, trace="accepted")
    assert "the log has no line of it" in await met(house, outside, attack)


async def test_that_a_call_outside_is_told(house, outside):
    async def fetch(s):
        s.outside.calls += 1
        return await s.send(request("GET", "/health"))

    assert "fetched from outside" in await met(house, outside, Attack("A31", "x", fetch, 200))


async def test_that_work_and_memory_are_told(house, outside):
    async def gorge(s):
        async def work():
            with mmap(-1, 64_000_000) as held:  # what malloc has left over would not grow
                held[:] = bytes(len(held))
                sum(range(40_000_000))
                return await s.house[s.sevr.bic].send(request("GET", "/health"))

        return await s.measure(work())

    complaints = await met(house, outside, Attack("A39", "x", gorge, 200))
    assert "of the processor" in complaints
    assert "memory grew" in complaints


async def test_that_a_case_which_fails_is_told(house, outside):
    async def fail(_s):
        raise ValueError("no")

    assert "the case itself failed" in await met(house, outside, Attack("A1", "x", fail, 200))


async def test_one_bit(house):
    sent, wrong = await flip(house, 1)
    assert sent > 1_500
    assert wrong == []


async def test_that_a_bit_which_is_overlooked_is_told(house, monkeypatch):
    monkeypatch.setattr("corridor.adapters.keys.software.Ed25519Verifier.verify", lambda *_: True)
    house.gateway._keys._known.clear()
    await house.skip(10 * SECOND)
    _, wrong = await flip(house, 1)
    assert any("of the body: HTTP 202" in each for each in wrong)
    assert any("forgeries reached the hub" in each for each in wrong)
