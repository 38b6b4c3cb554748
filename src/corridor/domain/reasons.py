"""ISO 20022 external code sets, and by name the status reasons that Corridor gives, and the reasons of returns.

The sets stand in data/code_sets.json, extracted from the official file by tools/extract_code_sets.py.

>>> reason("AM04")
Reason(code='AM04', definition='Amount of funds available to cover specified message amount is insufficient.')
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec

from corridor.domain.errors import InvalidValue


class StatusReason(StrEnum):
    """ExternalStatusReason1Code: the reasons that Corridor itself gives, named after what happened."""

    # Who and where
    ACCOUNT_INVALID = "AC01"
    DEBTOR_ACCOUNT_INVALID = "AC02"
    CREDITOR_ACCOUNT_INVALID = "AC03"
    DEBTOR_ACCOUNT_CLOSED = "AC05"
    ACCOUNT_BLOCKED = "AC06"
    CREDITOR_ACCOUNT_CLOSED = "AC07"
    DEBTOR_ACCOUNT_CANNOT_BE_DEBITED = "AG07"
    AGENT_SUSPENDED = "AG10"
    CREDITOR_AGENT_SUSPENDED = "AG11"
    BIC_FORMAT_INVALID = "RC01"
    DEBTOR_AGENT_UNKNOWN = "RC03"
    CREDITOR_AGENT_UNKNOWN = "RC04"
    NAME_INVALID = "BE21"
    COUNTRY_INVALID = "BE09"
    IDENTIFICATION_INVALID = "BE15"
    PROXY_UNKNOWN = "BE23"
    # How much
    ZERO_AMOUNT = "AM01"
    AMOUNT_ABOVE_MAXIMUM = "AM02"
    CURRENCY_NOT_SUPPORTED = "AM03"
    INSUFFICIENT_FUNDS = "AM04"
    AMOUNT_BELOW_MINIMUM = "AM06"
    AMOUNT_NOT_AS_AGREED = "AM09"
    AMOUNT_INVALID = "AM12"
    BANK_CLIENT_LIMIT_EXCEEDED = "AM14"
    SETTLEMENT_LIMIT_EXCEEDED = "AM23"
    CURRENCY_INCORRECT = "CURR"
    # When
    SETTLEMENT_TIMED_OUT = "AB03"
    CREDITOR_AGENT_TIMED_OUT = "AB05"
    CREDITOR_AGENT_OFFLINE = "AB08"
    INVALID_DATE = "DT01"
    AFTER_CUT_OFF = "TM01"
    # Once
    MESSAGE_NOT_UNIQUE = "DU01"
    TRANSACTION_NOT_UNIQUE = "DU03"
    NOT_RETURNABLE = "FF12"
    END_TO_END_ID_NOT_UNIQUE = "DU04"
    # Form, signature, law
    FILE_FORMAT_INVALID = "FF01"
    CONTENT_INCORRECT = "CH16"
    WRONG_DECIMALS = "CH20"
    ELEMENT_MISSING = "CH21"
    SIGNATURE_INVALID = "DS0B"
    CERTIFICATE_INVALID = "DS0D"
    SIGNER_NOT_ALLOWED = "DS0G"
    SIGNER_NOT_ALLOWED_FOR_ACCOUNT = "DS0H"
    WRONG_ENVIRONMENT = "DS28"
    REGULATORY = "RR04"
    TECHNICAL_PROBLEM = "FF10"
    NOT_SPECIFIED_BY_AGENT = "MS03"
    NARRATIVE = "NARR"


class ReturnReason(StrEnum):
    """ExternalReturnReason1Code: why a payment that is final may go back."""

    # It cannot be credited
    ACCOUNT_INVALID = "AC01"
    CREDITOR_ACCOUNT_INVALID = "AC03"
    ACCOUNT_CLOSED = "AC04"
    ACCOUNT_BLOCKED = "AC06"
    CREDITOR_ACCOUNT_CLOSED = "AC07"
    TRANSACTION_FORBIDDEN = "AG01"
    CREDITOR_INCONSISTENT = "BE01"
    CREDITOR_UNKNOWN = "BE06"
    CREDITOR_DECEASED = "MD07"
    REGULATORY = "RR04"
    # It should not have come
    AMOUNT_NOT_AS_AGREED = "AM09"
    DUPLICATION = "AM05"
    DUPLICATE = "DUPL"
    BANK_ERROR = "BE08"
    TECHNICAL_PROBLEM = "DS28"
    NOT_JUSTIFIED = "UPAY"
    # Somebody wants it back
    DEBTOR_ASKED = "CUST"
    CUSTOMER_ASKED = "MD06"
    CANCELLATION_ASKED = "FOCR"
    FRAUD = "FR01"
    # No more is said
    NOT_SPECIFIED_BY_CUSTOMER = "MS02"
    NOT_SPECIFIED_BY_AGENT = "MS03"
    NARRATIVE = "NARR"


class Reason(msgspec.Struct, frozen=True):
    """A code of ExternalStatusReason1Code with the first line of its official definition."""

    code: str
    definition: str


def reason(code: str) -> Reason:
    """The meaning of a status reason code.

    Raises: InvalidValue (CH16) if the set has no such code.
    """
    definition = code_set("ExternalStatusReason1Code").get(code)
    if definition is None:
        raise InvalidValue("The code is not in ExternalStatusReason1Code.")
    return Reason(code, definition)


@cache
def code_set(name: str) -> Mapping[str, str]:
    """The codes of an external code set with the first line of each definition, in official order.

    Source: ISO 20022 External Code Sets, in the edition that `edition` names.
    """
    return MappingProxyType(_document()["sets"][name])


def edition() -> str:
    """The edition of the code sets, as ISO names its file: '2Q2026_v3'."""
    text: str = _document()["version"]
    return text


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        files("corridor.domain").joinpath("data/code_sets.json").read_bytes()
    )
    return document
