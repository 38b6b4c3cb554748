"""Money to and from central banks through the front door: real signatures, a real gateway, a real hub."""

from contextlib import asynccontextmanager

import pytest

from corridor.client import Refused, SqliteStore
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.domain.money import Money
from corridor.sandbox import central_bank
from corridor.sandbox.central_bank import Desk, reserve_account
from tests.unit.client.test_participant import CBRR, CBTJ, PAMR, SEVR, opened, read, reading, until
from tests.unit.sandbox.town import a_town

pytestmark = pytest.mark.anyio

ACCOUNT = reserve_account(CBRR, SEVR)


def roubles(minor: int) -> Money:
    return Money(minor, "RUB")


@asynccontextmanager
async def a_central_bank(town, balance):
    """A central bank at its desk, with an account of Severny's."""
    store = SqliteStore(":memory:")
    central_bank.prepare(store.connection, [(ACCOUNT, balance)])
    async with opened(town, CBRR, store) as issuer:
        desk = Desk(issuer.profile, issuer.identify, store.connection)

        def holds() -> int:
            ((held,),) = store.connection.execute("SELECT balance FROM reserve_account")
            return held

        async with reading(central_bank.handle_mail(issuer, desk)):
            yield issuer, holds
    store.close()


async def test_a_treasurers_day():
    async with a_town() as town:
        heard: list[object] = []
        async with (
            a_central_bank(town, 1_000) as (issuer, holds),
            opened(town, SEVR) as bank,
            reading(read(bank, heard)),
        ):
            funding = await bank.ask_for_funds(roubles(600), ACCOUNT)
            assert funding.receipt.batch > 0
            told = await funding.outcome()
            assert (told.transaction_status, told.original_uetr) == ("ACSC", funding.uetr)
            assert (town.rig.balance(SEVR, "RUB"), holds()) == (600, 400)
            (credit,) = [each for each in heard if isinstance(each, InstitutionTransfer)]
            assert (credit.uetr, credit.interbank_settlement_amount) == (funding.uetr, roubles(600))
            assert credit.clearing_system_reference == told.clearing_system_reference

            refused = await (await bank.ask_for_funds(roubles(401), ACCOUNT)).outcome()
            assert (refused.transaction_status, refused.reason) == ("RJCT", "AM04")
            elsewhere = await (await bank.defund(roubles(1), "nobody's")).outcome()
            assert (elsewhere.transaction_status, elsewhere.reason) == ("RJCT", "AC03")
            too_much = await (await bank.defund(roubles(601), ACCOUNT)).outcome()
            assert (too_much.transaction_status, too_much.reason) == ("RJCT", "AM04")

            back = await (await bank.defund(roubles(250), ACCOUNT)).outcome()
            assert back.transaction_status == "ACSC"
            assert (town.rig.balance(SEVR, "RUB"), holds()) == (350, 650)
            assert town.rig.balance(CBRR, "RUB") == -350

            # Of its own accord: the mailbox of the central bank is read by its desk, so the end is known, too.
            given = await issuer.credit(PAMR, roubles(70))
            assert (await given.outcome()).transaction_status == "ACSC"
            assert town.rig.balance(PAMR, "RUB") == 70


async def test_another_central_bank_may_not_and_hears_so():
    async with a_town() as town:
        heard: list[object] = []
        async with opened(town, CBTJ) as other, reading(read(other, heard)):
            told = await (await other.credit(SEVR, roubles(70))).outcome()
            assert (told.transaction_status, told.reason) == ("RJCT", "AG01")
        async with opened(town, SEVR) as bank, reading(read(bank, heard)):
            with pytest.raises(Refused) as refused:
                await bank.fund(SEVR, roubles(70))
            assert refused.value.reason == "AG01"
            await bank.credit(SEVR, roubles(70))
            await until(lambda: any(isinstance(each, MessageReject) for each in heard))
        assert town.rig.balance(SEVR, "RUB") == 0
