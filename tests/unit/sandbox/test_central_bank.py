"""A simulated central bank moves money between the accounts that it keeps and those at the hub, each sum once."""

import sqlite3
from itertools import count

import msgspec
import pytest

from corridor.client import liquidity
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.domain.money import Money
from corridor.sandbox import central_bank
from corridor.sandbox.central_bank import Desk, reserve_account
from tests.unit.client.hub_side import NOW, PROFILE, UETR
from tests.unit.sandbox.test_bank import delivery

CBRR, SEVR = "CBRRRUM0", PROFILE.bic
ACCOUNT = reserve_account(CBRR, SEVR)
BANK = msgspec.structs.replace(PROFILE, bic=SEVR)


class Branch:
    """A desk on a database of its own; what it says is kept, what it writes is written at the end of each frame."""

    def __init__(self, balance=1_000):
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        central_bank.prepare(self.database, [(ACCOUNT, balance)])
        self.numbers = count(1)
        self.restart()

    def restart(self):
        profile = msgspec.structs.replace(PROFILE, bic=CBRR)
        self.desk = Desk(profile, lambda: (f"{CBRR}-{next(self.numbers)}", NOW), self.database)

    def hear(self, *messages):
        return self.keep(self.desk.handle([delivery(each) for each in messages]))

    def keep(self, turn):
        for effect in turn.effects:
            effect(self.database)
        return turn.messages

    @property
    def balance(self):
        ((balance,),) = self.database.execute("SELECT balance FROM reserve_account")
        return balance

    @property
    def owed(self):
        return self.database.execute("SELECT count(*) FROM owed_answer").fetchone()[0]


@pytest.fixture
def branch():
    return Branch()


def wants(amount, account=ACCOUNT, uetr=UETR):
    return liquidity.funding(BANK, Money(amount, "RUB"), account, "m1", uetr, NOW)


def brings(amount, account=ACCOUNT, uetr=UETR):
    return liquidity.defunding(BANK, Money(amount, "RUB"), account, "m1", uetr, NOW)


def told(status, reason=None):
    return StatusReport(
        message_id="h1", created_at=NOW, original_uetr=UETR, transaction_status=status, reason=reason
    )


def test_money_that_comes_back_is_there_once_it_says_so(branch):
    (answer,) = branch.hear(brings(300))
    assert isinstance(answer, StatusReport)
    assert (answer.transaction_status, answer.original_uetr) == ("ACSC", UETR)
    assert answer.original_message_definition_id == "camt.050.001.07"
    assert branch.balance == 1_300
    branch.restart()
    branch.hear(told("ACSC"))
    assert branch.balance == 1_300


def test_it_takes_nothing_for_an_account_that_it_does_not_keep(branch):
    (answer,) = branch.hear(brings(300, "elsewhere"))
    assert (answer.transaction_status, answer.reason, branch.balance) == ("RJCT", "AC03", 1_000)


def test_what_is_asked_for_leaves_under_the_same_uetr(branch):
    (credit,) = branch.hear(wants(400))
    assert isinstance(credit, InstitutionTransfer)
    assert (credit.uetr, credit.interbank_settlement_amount) == (UETR, Money(400, "RUB"))
    assert (credit.debtor_account, credit.creditor_account) == (ACCOUNT, f"{SEVR}-RUB")
    assert (credit.instructing_agent, credit.creditor, credit.debtor) == (CBRR, SEVR, SEVR)
    assert (branch.balance, branch.owed) == (600, 1)
    branch.hear(told("ACSC"))
    assert (branch.balance, branch.owed) == (600, 0)


@pytest.mark.parametrize(
    ("amount", "account", "reason"), [(1_001, ACCOUNT, "AM04"), (1, "elsewhere", "AC02")]
)
def test_it_gives_no_more_than_there_is(branch, amount, account, reason):
    (answer,) = branch.hear(wants(amount, account))
    assert (answer.transaction_status, answer.reason, branch.balance) == ("RJCT", reason, 1_000)


def test_all_that_there_is_is_given_once_in_one_frame(branch):
    other = UETR.replace("9", "8")
    first, second = branch.hear(wants(600), wants(600, uetr=other))
    assert (type(first), second.reason) == (InstitutionTransfer, "AM04")
    assert branch.balance == 400


def test_what_the_hub_refuses_is_the_participants_again_and_its_wish_is_refused(branch):
    (credit,) = branch.hear(wants(400))
    branch.restart()
    refusal = MessageReject(related_reference=credit.message_id, reason="AC06")
    (answer,) = branch.hear(refusal)
    assert (answer.transaction_status, answer.reason, answer.original_uetr) == ("RJCT", "AC06", UETR)
    assert (branch.balance, branch.owed) == (1_000, 1)
    assert branch.hear(refusal, told("RJCT", "AC06")) == []
    assert (branch.balance, branch.owed) == (1_000, 0)


@pytest.mark.parametrize("reason", ["DT01", "DU02"])
@pytest.mark.parametrize(
    "asked", [wants(400), brings(300), brings(1, "elsewhere")], ids=["in", "out", "nowhere"]
)
def test_an_answer_that_was_turned_away_is_said_again_under_another_id(branch, asked, reason):
    (answer,) = branch.hear(asked)
    balance = branch.balance
    assert branch.hear(MessageReject(related_reference=answer.message_id, reason=reason)) == []
    branch.restart()
    (again,) = branch.keep(branch.desk.remind())
    assert again.message_id != answer.message_id
    ids = (
        {"message_id": "", "status_id": ""}
        if isinstance(again, StatusReport)
        else {"message_id": "", "instruction_id": "", "transaction_id": ""}
    )
    assert msgspec.structs.replace(again, **ids) == msgspec.structs.replace(answer, **ids)
    assert branch.balance == balance
    branch.hear(told("RJCT" if balance == 1_000 else "ACSC"))
    assert branch.keep(branch.desk.remind()) == []
    assert (branch.balance, branch.owed) == (balance, 0)


def test_a_credit_that_came_after_all_is_not_taken_back(branch):
    (first,) = branch.hear(wants(400))
    branch.keep(branch.desk.remind())  # both are on their way; the hub settles one and refuses the other
    branch.hear(told("ACSC"), MessageReject(related_reference=first.message_id, reason="DU03"))
    assert (branch.balance, branch.owed) == (600, 0)


def test_balances_outlive_the_process_and_begin_once(branch):
    branch.hear(brings(5))
    central_bank.prepare(branch.database, [(ACCOUNT, 7)])
    branch.restart()
    branch.hear(brings(5, uetr=UETR.replace("9", "8")))
    assert branch.balance == 1_010
