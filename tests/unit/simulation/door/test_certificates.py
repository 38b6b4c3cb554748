"""Every attack with certificates, on a journal in memory; a door that believes too much is told of."""

import pytest

from corridor.adapters.keys.certificates import Authority
from corridor.codecs import x509
from corridor.simulation.door.attacks import certificates
from corridor.simulation.door.attacks.strike import Attack
from corridor.simulation.door.attacks.trial import attack_all, on_uvloop
from corridor.simulation.door.house import open_house
from corridor.simulation.door.world import PAMR, SEVR


def attacked(directory, attacks, prepare=lambda: None):
    async def main():
        async with open_house(authority=Authority(directory / "tls")) as house:
            prepare()
            broken = await attack_all(house, lambda _: None, attacks)
            return [each for each in broken if "of the processor" not in each]

    return on_uvloop(main())


def test_every_attack(tmp_path):
    assert attacked(tmp_path, certificates.ATTACKS) == []


def test_that_a_certificate_which_is_not_looked_at_is_told(tmp_path, monkeypatch):
    def believe():
        monkeypatch.setattr(x509, "signer", lambda _names: SEVR)

    attack = Attack(
        "A5", "x", certificates.order(certificates.theirs(PAMR)), 401, trace="unauthenticated certificate"
    )
    broken = attacked(tmp_path, (attack,), believe)
    assert any("HTTP 202, not 401" in each for each in broken)
    assert any("counted as nothing, not 'certificate'" in each for each in broken)


def test_that_a_handshake_which_succeeds_is_told(tmp_path):
    attack = Attack("A3", "x", certificates.order(certificates.theirs(SEVR)), 0, trace="handshake revoked")
    broken = attacked(tmp_path, (attack,))
    assert any("HTTP 202, not 0" in each for each in broken)
    assert any("counted as nothing, not 'revoked'" in each for each in broken)


@pytest.mark.parametrize("number", ["A1", "A2", "A3", "A4", "A5", "A6"])
def test_that_every_number_is_tried(number):
    assert number in {attack.number for attack in certificates.ATTACKS}
