"""The code sets equal the official file, and each reason we give means there what we mean."""

import runpy
from importlib.resources import files
from pathlib import Path

import pytest

from corridor.domain.errors import InvalidValue
from corridor.domain.reasons import StatusReason, code_set, edition, reason

TOOL = runpy.run_path(str(Path(__file__).parents[3] / "tools/extract_code_sets.py"))
OFFICIAL_EDITION, OFFICIAL = TOOL["official"]()
STATUS_REASONS: str = OFFICIAL["ExternalStatusReason1Code"]["description"]


def test_the_data_is_a_fresh_extraction() -> None:
    assert files("corridor.domain").joinpath("data/code_sets.json").read_text("utf-8") == TOOL["extract"]()
    assert edition() == OFFICIAL_EDITION == "2Q2026_v3"


@pytest.mark.parametrize("name", TOOL["SETS"])
def test_a_set_has_every_official_code_with_a_definition(name: str) -> None:
    assert list(code_set(name)) == OFFICIAL[name]["enum"]
    assert all(code_set(name).values())


# The situation in our words, and the official definition read beside it.
MEANINGS = {
    "debtor account unknown": ("AC02", "Debtor account number invalid or missing"),
    "creditor account unknown": ("AC03", "Creditor account number invalid or missing"),
    "debtor account closed": ("AC05", "Debtor account number closed."),
    "creditor account closed": ("AC07", "Creditor account number closed"),
    "account blocked": (
        "AC06",
        "Account specified is blocked, prohibiting posting of transactions against it.",
    ),
    "not enough funds": (
        "AM04",
        "Amount of funds available to cover specified message amount is insufficient.",
    ),
    "not enough funds, not revealed": ("AG07", "Debtor account cannot be debited for a generic reason."),
    "zero": ("AM01", "Specified message amount is equal to zero"),
    "above maximum": ("AM02", "Specific transaction/message amount is greater than allowed maximum"),
    "below minimum": ("AM06", "Specified transaction amount is less than agreed minimum."),
    "currency not supported": (
        "AM03",
        "Specified message amount is an non processable currency outside of existing agreement",
    ),
    "bank-client limit": ("AM14", "Transaction amount exceeds limits agreed between bank and client"),
    "settlement limit": ("AM23", "Transaction amount exceeds settlement limit."),
    "alias unknown": (
        "BE23",
        "Phone number or email address, or any other proxy, used as the account proxy is unknown or invalid.",
    ),
    "message id reused": ("DU01", "Message Identification is not unique."),
    "transaction reused": ("DU03", "Transaction is not unique."),
    "end-to-end id reused": ("DU04", "End To End ID is not unique."),
    "signature absent or invalid": ("DS0B", "Data signature for the format is not available or invalid."),
    "certificate invalid": ("DS0D", "The signer certificate is not valid (revoked or not active)."),
    "not parseable": ("FF01", "File Format incomplete or invalid"),
    "wrong decimals for currency": ("CH20", "Number of decimal points not compatible with the currency"),
    "element missing": ("CH21", "Mandatory element is missing."),
    "creditor agent offline": ("AB08", "Creditor Agent is not online."),
    "timed out at the creditor agent": ("AB05", "Transaction stopped due to timeout at the Creditor Agent."),
    "settlement timed out": ("AB03", "Settlement aborted due to timeout."),
    "after cut-off": (
        "TM01",
        (
            "Associated message, payment information block, or transaction was received after agreed"
            " processing cut-off time."
        ),
    ),
    "invalid date": ("DT01", "Invalid date (eg, wrong or missing settlement date)"),
    "screening stop": ("RR04", "Regulatory Reason"),
    "debtor's agent unknown": ("RC03", "Debtor bank identifier is invalid or missing"),
    "creditor's agent unknown": ("RC04", "Creditor bank identifier is invalid or missing"),
}


@pytest.mark.parametrize("situation", MEANINGS)
def test_a_situation_has_the_official_code(situation: str) -> None:
    code, definition = MEANINGS[situation]
    assert f"\n*`{code}`-{definition}" in STATUS_REASONS
    assert reason(code).definition == definition
    assert code in set(StatusReason)


@pytest.mark.parametrize("named", StatusReason)
def test_every_named_reason_is_official(named: StatusReason) -> None:
    assert reason(named).code == named


@pytest.mark.parametrize("code", ["", "ZZ99", "am04", "ACSC"])
def test_an_unknown_code_has_no_meaning(code: str) -> None:
    with pytest.raises(InvalidValue):
        reason(code)


def test_a_set_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        code_set("ExternalPurpose1Code")["XXXX"] = "new"  # type: ignore[index]
