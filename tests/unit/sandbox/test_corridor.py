import random
from collections import Counter
from itertools import islice

from corridor.client.messages import credit_transfer, envelope
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.domain.accounts import is_iban
from corridor.domain.phones import parse_phone
from corridor.domain.reasons import code_set
from corridor.sandbox import world
from corridor.sandbox.corridor import FLOWS, intents
from corridor.sandbox.offices import _order
from corridor.sandbox.people import make_customers
from tests.unit.client.hub_side import NOW, PROFILE, UETR

CUSTOMERS = make_customers(random.Random(1))
HOME = {bank.bic: bank.home for bank in world.BANKS}


def wanted(count, seed=2):
    return list(islice(intents(random.Random(seed), CUSTOMERS), count))


def in_roubles(intent):
    return intent.amount * (world.MID if intent.debtor.currency == "TJS" else 1)


def test_the_corridor_follows_from_its_seed():
    assert wanted(200) == wanted(200) != wanted(200, seed=3)


def test_more_than_96_in_100_payments_and_roubles_need_no_conversion():
    many = wanted(20_000)
    in_one = [each for each in many if each.debtor.currency == each.creditor.currency == "RUB"]
    by_number = len(in_one) / len(many)
    by_value = sum(map(in_roubles, in_one)) / sum(map(in_roubles, many))
    assert 0.96 < by_number < 0.99
    assert 0.96 < by_value < 0.99


def test_both_directions_move_about_the_same_and_every_payment_crosses_the_border():
    sums = Counter()
    for each in wanted(20_000):
        debtor, creditor = HOME[each.debtor.bank], HOME[each.creditor.bank]
        assert debtor != creditor
        sums[debtor] += in_roubles(each)
    assert 0.8 < sums["RUB"] / sums["TJS"] < 1.25


def test_every_flow_occurs_with_codes_of_the_iso_sets():
    assert {each.flow for each in wanted(5_000)} == {flow.name for flow in FLOWS}
    assert {flow.purpose for flow in FLOWS} <= set(code_set("ExternalPurpose1Code"))


def test_every_kind_of_payment_can_be_said():
    seen = {}
    for each in wanted(5_000):
        seen.setdefault((each.flow, each.remittance), each)
    for intent in seen.values():
        message = credit_transfer(PROFILE, _order(intent, UETR, None), "m", UETR, NOW)
        assert open_envelope(envelope(PROFILE, message, NOW).body).message == message


def test_customers_are_nobody_with_accounts_and_phones_of_valid_form():
    accounts = [each.account for each in CUSTOMERS]
    phones = [each.phone for each in CUSTOMERS if each.phone]
    assert len(set(accounts)) == len(accounts)
    assert len(set(phones)) == len(phones) > 100
    assert all(len(each) == 20 and each.isdigit() and not is_iban(each) for each in accounts)
    for each in CUSTOMERS:
        if each.phone:
            assert parse_phone(each.phone) == each.phone
            assert each.phone.startswith("+7" if HOME[each.bank] == "RUB" else "+992")
    assert make_customers(random.Random(1)) == CUSTOMERS


def test_the_world_is_marked_as_a_test():
    assert all(each.bic[7] == "0" for each in world.INSTITUTIONS)
    assert {each.role for each in world.INSTITUTIONS} == {"bank", "fx_provider", "central_bank"}
    assert {each.algorithm for each in world.INSTITUTIONS} == {"EdDSA", "ES256"}
    assert {(each.bic, currency) for each, currency, _ in world.FUNDING} == {
        (each.bic, currency) for each in (*world.BANKS, *world.FX_PROVIDERS) for currency in each.currencies
    }
