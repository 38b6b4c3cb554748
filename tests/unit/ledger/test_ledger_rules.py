"""The rules of the ledger, as tables: one event a row, its result at the end (see ledger_table.py)."""

from itertools import chain

import pytest

from corridor.ledger.results import TransferResult
from tests.unit.ledger.ledger_table import Table

ACCOUNTS = """
    account  1 RUB                      # gives what it has not, as a central bank does
    account  2 RUB  debits_limited
    account  3 RUB  debits_limited
    account  9 TJS
"""

TABLES = {
    "a transfer moves its amount at once": """
    transfer 10  1 2  100 RUB                       OK
    balance   1  0 100   0   0
    balance   2  0   0   0 100
    transfer 11  2 3   30 RUB  code=7 reference=8   OK
    balance   2  0  30   0 100
    balance   3  0   0   0  30
    """,
    "what is malformed": """
    transfer     10  1 2     100 RUB  flags=32              RESERVED_FLAG
    transfer     10  1 2     100 RUB  flags=-32             RESERVED_FLAG
    transfer      0  1 2     100 RUB                        ID_OUT_OF_RANGE
    transfer     -1  1 2     100 RUB                        ID_OUT_OF_RANGE
    transfer  max+1  1 2     100 RUB                        ID_OUT_OF_RANGE
    transfer     10  1 2     100 RUB  pending_id=5          PENDING_ID_MUST_BE_ZERO
    transfer     10  1 2     100 RUB  pending pending_id=5  PENDING_ID_MUST_BE_ZERO
    transfer     10  1 2     100 RUB  timeout=5             TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    transfer     10  1 2     100 RUB  pending timeout=-5    TIMEOUT_OUT_OF_RANGE
    transfer     10  1 2     100 RUB  pending timeout=max   TIMEOUT_OUT_OF_RANGE
    transfer     10  1 2       0 RUB                        AMOUNT_OUT_OF_RANGE
    transfer     10  1 2      -1 RUB                        AMOUNT_OUT_OF_RANGE
    transfer     10  1 2       0 RUB  pending               AMOUNT_OUT_OF_RANGE
    transfer     10  1 2   max+1 RUB                        AMOUNT_OUT_OF_RANGE
    transfer     10  1 1     100 RUB                        ACCOUNTS_MUST_BE_DIFFERENT
    transfer     10  4 2     100 RUB                        DEBIT_ACCOUNT_NOT_FOUND
    transfer     10  - 2     100 RUB                        DEBIT_ACCOUNT_NOT_FOUND
    transfer     10  1 4     100 RUB                        CREDIT_ACCOUNT_NOT_FOUND
    transfer     10  1 max+1 100 RUB                        CREDIT_ACCOUNT_NOT_FOUND
    transfer     10  1 9     100 RUB                        ACCOUNTS_MUST_HAVE_THE_SAME_CURRENCY
    transfer     10  1 2     100 TJS                        TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS
    transfer     10  1 2     100 -                          TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS
    balance       1  0 0 0 0
    transfer     10  1 2     100 RUB                        OK     # no refusal has used the id up
    transfer    max  1 2       1 RUB                        OK
    """,
    "of several reasons the first counts": """
    transfer  0  4 4  0 EUR  timeout=5 pending_id=5 flags=32   RESERVED_FLAG
    transfer  0  4 4  0 EUR  timeout=5 pending_id=5            ID_OUT_OF_RANGE
    transfer 10  4 4  0 EUR  timeout=5 pending_id=5            PENDING_ID_MUST_BE_ZERO
    transfer 10  4 4  0 EUR  timeout=5                         TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    transfer 10  4 4  0 EUR  timeout=-5 pending                TIMEOUT_OUT_OF_RANGE
    transfer 10  4 4  0 EUR                                    AMOUNT_OUT_OF_RANGE
    transfer 10  4 4  5 EUR                                    ACCOUNTS_MUST_BE_DIFFERENT
    transfer 10  4 5  5 EUR                                    DEBIT_ACCOUNT_NOT_FOUND
    transfer 10  2 5  5 EUR                                    CREDIT_ACCOUNT_NOT_FOUND
    transfer 10  2 9  5 EUR                                    ACCOUNTS_MUST_HAVE_THE_SAME_CURRENCY
    transfer 10  2 3  5 EUR                                   TRANSFER_MUST_HAVE_THE_SAME_CURRENCY_AS_ACCOUNTS
    transfer 10  2 3  5 RUB                                    EXCEEDS_CREDITS
    """,
    "of several reasons against a post or void the first counts": """
    transfer 10  1 2  50 RUB  pending                               OK
    transfer 11  1 2  50 RUB                                        OK
    transfer 12  3 1  -5 EUR  pending post=-1 timeout=5             FLAGS_ARE_MUTUALLY_EXCLUSIVE
    transfer 12  3 1  -5 EUR  post=-1 timeout=5                     PENDING_ID_OUT_OF_RANGE
    transfer 12  3 1  -5 EUR  post=12 timeout=5                     PENDING_ID_MUST_BE_DIFFERENT
    transfer 12  3 1  -5 EUR  post=11 timeout=5                     TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    transfer 12  3 1  -5 EUR  post=11                               AMOUNT_OUT_OF_RANGE
    transfer 12  3 1  55 EUR  post=11                               PENDING_TRANSFER_NOT_PENDING
    transfer 13  -  -  - -    post=10                               OK
    transfer 12  3 1  55 EUR  post=10                       PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
    transfer 12  1 1  55 EUR  post=10                       PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
    transfer 12  1 2  55 EUR  post=10                               PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY
    transfer 12  1 2  55 RUB  post=10                               EXCEEDS_PENDING_TRANSFER_AMOUNT
    transfer 12  1 2  55 RUB  void=10                               PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
    account   1 RUB  closed
    transfer 12  1 2  50 RUB  void=10                               PENDING_TRANSFER_ALREADY_POSTED
    """,
    "debits stay within credits": """
    transfer 10  2 3    1 RUB             EXCEEDS_CREDITS
    transfer 11  1 2  100 RUB             OK
    transfer 12  2 3  101 RUB             EXCEEDS_CREDITS
    transfer 13  2 3   60 RUB  pending    OK
    transfer 14  2 3   41 RUB             EXCEEDS_CREDITS   # pending debits count
    transfer 15  3 2   60 RUB             EXCEEDS_CREDITS   # pending credits do not
    transfer 16  2 3   40 RUB             OK
    transfer 17  2 3    1 RUB  pending    EXCEEDS_CREDITS
    balance   2  60 40  0 100
    balance   3   0  0 60  40
    """,
    "a credit limit is counted together with pending debits, and may change": """
    account   2 RUB  debits_limited limit=50
    transfer 10  2 3   51 RUB             EXCEEDS_CREDITS
    transfer 11  2 3   20 RUB  pending    OK
    transfer 12  2 3   30 RUB             OK
    transfer 13  2 3    1 RUB             EXCEEDS_CREDITS
    account   2 RUB  debits_limited limit=51
    transfer 13  2 3    1 RUB             OK
    account   2 RUB  debits_limited       # a lower limit undoes nothing
    transfer 14  -  -   - -    post=11    OK
    transfer 15  2 3    1 RUB             EXCEEDS_CREDITS
    account   2 RUB  limit=1              # without the flag there is no limit at all
    transfer 15  2 3  900 RUB             OK
    """,
    "credits stay within debits": """
    account   4 RUB  credits_limited limit=50   # the credit limit is one of debits
    transfer 10  1 4    1 RUB             EXCEEDS_DEBITS
    transfer 11  4 1  100 RUB             OK
    transfer 12  1 4   60 RUB  pending    OK
    transfer 13  1 4   41 RUB             EXCEEDS_DEBITS
    transfer 14  1 4   40 RUB             OK
    transfer 15  4 1    5 RUB  pending    OK
    transfer 16  1 4    1 RUB             EXCEEDS_DEBITS    # pending debits do not count
    balance   4  5 100 60  40
    """,
    "sums stay within 64 bits": """
    account   4 RUB
    start     4  4 3  0 0
    transfer 10  4 1  max RUB             OVERFLOWS_DEBITS
    account   5 RUB
    start     5  0 0  4 3
    transfer 11  1 5  max RUB             OVERFLOWS_CREDITS
    transfer 12  5 1  max RUB             OK
    transfer 13  5 1    1 RUB             OVERFLOWS_DEBITS
    transfer 14  4 3  max RUB             OVERFLOWS_DEBITS
    transfer 15  4 5    1 RUB  pending    OK
    """,
    "the largest numbers are in range": """
    account  max RUB
    transfer max  1 max  max RUB  pending timeout=9223372036854  OK
    transfer  10  - -      - -    post=max                       OK
    transfer  11  1 2      1 RUB  pending                        OVERFLOWS_DEBITS
    transfer  11  2 1      1 RUB  pending                        EXCEEDS_CREDITS
    transfer  11  3 max    1 RUB                                 OVERFLOWS_CREDITS
    transfer  12  max 1    1 RUB  pending                        OK
    transfer  13  - -    max -    post=12                        EXCEEDS_PENDING_TRANSFER_AMOUNT
    """,
    "a frozen account ends what is pending and begins nothing": """
    transfer 10  1 2   50 RUB  pending    OK
    transfer 11  1 2   50 RUB  pending    OK
    account   1 RUB  frozen
    transfer 12  1 2    1 RUB             DEBIT_ACCOUNT_FROZEN
    transfer 12  3 1    1 RUB             CREDIT_ACCOUNT_FROZEN
    transfer 12  1 2    1 RUB  pending    DEBIT_ACCOUNT_FROZEN
    transfer 13  -  -   - -    post=10    OK
    transfer 14  -  -   - -    void=11    OK
    balance   1  0 50   0 0
    account   1 RUB
    transfer 12  1 2    1 RUB             OK
    """,
    "a closed account only lets go of what is pending": """
    transfer 10  1 2   50 RUB  pending    OK
    transfer 11  1 2   50 RUB  pending timeout=5  OK
    account   1 RUB  frozen closed
    transfer 12  1 2    1 RUB             DEBIT_ACCOUNT_CLOSED
    transfer 12  3 1    1 RUB             CREDIT_ACCOUNT_CLOSED
    transfer 12  -  -   - -    post=10    DEBIT_ACCOUNT_CLOSED
    account   1 RUB
    account   2 RUB  closed
    transfer 12  -  -   - -    post=10    CREDIT_ACCOUNT_CLOSED
    transfer 12  -  -   - -    void=10    OK
    at 5
    expire   11                           OK
    balance   1  0 0 0 0
    balance   2  0 0 0 0
    """,
    "closed comes before frozen": """
    account   2 RUB  frozen
    account   3 RUB  closed
    transfer 10  2 3    1 RUB             CREDIT_ACCOUNT_CLOSED
    account   1 RUB  frozen
    transfer 10  1 2    1 RUB             DEBIT_ACCOUNT_FROZEN
    """,
    "a pending transfer is posted whole": """
    transfer 10  1 2  100 RUB  pending    OK
    pending  10  PENDING
    balance   1  100   0   0   0
    balance   2    0   0 100   0
    transfer 11  1 2  100 RUB  post=10    OK
    pending  10  POSTED
    balance   1    0 100   0   0
    balance   2    0   0   0 100
    transfer 12  1 2  100 RUB  post=10    PENDING_TRANSFER_ALREADY_POSTED
    transfer 12  1 2  100 RUB  void=10    PENDING_TRANSFER_ALREADY_POSTED
    expire   10                           PENDING_TRANSFER_ALREADY_POSTED
    """,
    "a pending transfer is posted in part and the rest released": """
    transfer 10  1 2  100 RUB  pending    OK
    transfer 11  -  - 101 -    post=10    EXCEEDS_PENDING_TRANSFER_AMOUNT
    transfer 11  -  - max+1 -  post=10    AMOUNT_OUT_OF_RANGE
    transfer 11  -  -  30 -    post=10    OK
    balance   1    0  30   0   0
    balance   2    0   0   0  30
    transfer 12  -  -  70 -    post=10    PENDING_TRANSFER_ALREADY_POSTED
    """,
    "a pending transfer is voided": """
    transfer 10  1 2  100 RUB  pending    OK
    transfer 11  -  -  30 -    void=10    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
    transfer 11  -  - 101 -    void=10    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
    transfer 11  -  - 100 -    void=10    OK
    pending  10  VOIDED
    balance   1    0   0   0   0
    transfer 12  -  -   - -    void=10    PENDING_TRANSFER_ALREADY_VOIDED
    transfer 12  -  -   - -    post=10    PENDING_TRANSFER_ALREADY_VOIDED
    expire   10                           PENDING_TRANSFER_ALREADY_VOIDED
    """,
    "a pending transfer expires": """
    at 60
    transfer 10  1 2  100 RUB  pending timeout=5   OK
    transfer 11  1 2   10 RUB  pending             OK
    pending  10  PENDING  due=65
    pending  11  PENDING
    at 64
    expire   10                           PENDING_TRANSFER_NOT_DUE
    at 65
    expire   11                           PENDING_TRANSFER_NOT_DUE     # never is
    transfer 12  -  -   - -    post=10    PENDING_TRANSFER_EXPIRED     # though nobody has expired it yet
    transfer 12  -  -   - -    void=10    PENDING_TRANSFER_EXPIRED
    balance   1  110   0   0   0
    expire   10                           OK
    pending  10  EXPIRED
    balance   1   10   0   0   0
    expire   10                           PENDING_TRANSFER_EXPIRED
    transfer 12  -  -   - -    post=10    PENDING_TRANSFER_EXPIRED
    expire   99                           PENDING_TRANSFER_NOT_FOUND
    """,
    "the last moment before the time-out is in time": """
    transfer 10  1 2  100 RUB  pending timeout=5   OK
    at 4
    transfer 11  -  -   - -    post=10    OK
    pending  10  POSTED
    at 5
    expire   10                           PENDING_TRANSFER_ALREADY_POSTED
    """,
    "a post or void must fit its pending transfer": """
    transfer 10  1 2  100 RUB  pending           OK
    transfer 11  1 2  100 RUB                    OK
    transfer 12  -  -   - -    pending post=10   FLAGS_ARE_MUTUALLY_EXCLUSIVE
    transfer 12  -  -   - -    pending void=10   FLAGS_ARE_MUTUALLY_EXCLUSIVE
    transfer 12  -  -   - -    post=10 void=10   FLAGS_ARE_MUTUALLY_EXCLUSIVE
    transfer 12  -  -   - -    post              PENDING_ID_OUT_OF_RANGE
    transfer 12  -  -   - -    void=max+1        PENDING_ID_OUT_OF_RANGE
    transfer 12  -  -   - -    post=12           PENDING_ID_MUST_BE_DIFFERENT
    transfer 12  -  -   - -    post=10 timeout=1 TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    transfer 12  -  -  -1 -    post=10           AMOUNT_OUT_OF_RANGE
    transfer 12  -  -   - -    post=99           PENDING_TRANSFER_NOT_FOUND
    transfer 12  -  -   - -    void=11           PENDING_TRANSFER_NOT_PENDING
    transfer 12  3  -   - -    post=10           PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
    transfer 12  -  3   - -    post=10           PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
    transfer 12  -  -   - TJS  post=10           PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY
    transfer 12  -  2   - -    post=10           OK
    """,
    "the same transfer again moves nothing": """
    transfer 10  1 2  100 RUB                     OK
    transfer 10  1 2  100 RUB                     EXISTS
    transfer 11  1 2   50 RUB  pending timeout=5  OK
    transfer 11  1 2   50 RUB  pending timeout=5  EXISTS
    transfer 12  -  -   - -    post=11            OK
    transfer 12  -  -   - -    post=11            EXISTS
    transfer 12  1 2   50 RUB  post=11            EXISTS    # said in other words
    account   1 RUB  closed
    account   2 RUB  debits_limited frozen
    transfer 10  1 2  100 RUB                     EXISTS    # whatever has happened since
    balance   1  0 150  0 0
    """,
    "the same id with other content is refused": """
    transfer 10  1 2  100 RUB                              OK
    transfer 10  3 1    5 EUR  pending timeout=1 code=1    EXISTS_WITH_DIFFERENT_FLAGS
    transfer 10  3 1    5 EUR  timeout=1 pending_id=1      EXISTS_WITH_DIFFERENT_PENDING_ID
    transfer 10  3 1    5 EUR  timeout=1 code=1            EXISTS_WITH_DIFFERENT_TIMEOUT
    transfer 10  3 1    5 EUR  code=1 reference=1          EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID
    transfer 10  1 1    5 EUR  code=1 reference=1          EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID
    transfer 10  1 2    5 EUR  code=1 reference=1          EXISTS_WITH_DIFFERENT_AMOUNT
    transfer 10  1 2  100 EUR  code=1 reference=1          EXISTS_WITH_DIFFERENT_CURRENCY
    transfer 10  1 2  100 RUB  code=1 reference=1          EXISTS_WITH_DIFFERENT_CODE
    transfer 10  1 2  100 RUB  reference=1                 EXISTS_WITH_DIFFERENT_REFERENCE
    transfer 10  -  2 100 RUB                              EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID
    balance   1  0 100  0 0
    """,
    "the same id with other content is refused, in the second phase too": """
    transfer 10  1 2  100 RUB  pending             OK
    transfer 11  1 2  100 RUB  pending             OK
    transfer 12  -  -  30 -    post=10             OK
    transfer 12  -  -  30 -    void=10             EXISTS_WITH_DIFFERENT_FLAGS
    transfer 12  -  -  30 -    post=11             EXISTS_WITH_DIFFERENT_PENDING_ID
    transfer 12  -  -  30 -    post=10 timeout=1   EXISTS_WITH_DIFFERENT_TIMEOUT
    transfer 12  3  -  30 -    post=10             EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID
    transfer 12  -  -   - -    post=10             EXISTS_WITH_DIFFERENT_AMOUNT   # 0 was and is the whole
    transfer 12  -  -  30 -    post=10             EXISTS
    """,
    "a chain is accepted whole": """
    transfer 10  1 2  100 RUB  linked             OK
    transfer 11  2 3   60 RUB  linked pending     OK     # sees what went before
    transfer 12  2 3   40 RUB                     OK
    transfer 13  -  -   - -    linked post=11     OK
    transfer 14  3 1  100 RUB                     OK
    balance   2  0 100  0 100
    balance   3  0 100  0 100
    """,
    "a chain is refused whole": """
    transfer 10  1 2  100 RUB  linked             LINKED_EVENT_FAILED
    transfer 11  2 3  101 RUB  linked             EXCEEDS_CREDITS
    transfer 12  1 2  100 RUB                     LINKED_EVENT_FAILED
    balance   1  0 0 0 0
    balance   2  0 0 0 0
    transfer 10  1 2  100 RUB                     OK
    """,
    "a refused chain gives back every phase": """
    transfer 10  1 2  100 RUB  pending            OK
    transfer 11  1 3   70 RUB  pending timeout=9  OK
    transfer 12  1 2    5 RUB  linked             LINKED_EVENT_FAILED
    transfer 13  1 2    6 RUB  linked pending     LINKED_EVENT_FAILED
    transfer 14  -  -  40 -    linked post=10     LINKED_EVENT_FAILED
    transfer 15  -  -   - -    linked void=11     LINKED_EVENT_FAILED
    transfer 16  -  -   - -    linked post=13     LINKED_EVENT_FAILED
    transfer 17  2 3  999 RUB                     EXCEEDS_CREDITS
    balance   1  170  0   0   0
    balance   2    0  0 100   0
    balance   3    0  0  70   0
    pending  10  PENDING
    pending  11  PENDING due=9
    transfer 16  -  -   - -    post=13            PENDING_TRANSFER_NOT_FOUND
    transfer 14  -  -  40 -    linked post=10     OK
    transfer 15  -  -   - -    void=11            OK
    """,
    "a duplicate breaks its chain": """
    transfer 10  1 2  100 RUB                     OK
    transfer 11  1 2    1 RUB  linked             LINKED_EVENT_FAILED
    transfer 10  1 2  100 RUB                     EXISTS
    transfer 12  1 2    1 RUB  linked             LINKED_EVENT_FAILED
    transfer 12  1 2    1 RUB  linked             EXISTS                # twice in one chain
    transfer 13  1 2    1 RUB                     LINKED_EVENT_FAILED
    balance   1  0 100  0 0
    """,
    "two without money settle one against the other": """
    transfer 10  2 3  100 RUB  linked             EXCEEDS_CREDITS
    transfer 11  3 2  100 RUB                     LINKED_EVENT_FAILED
    transfer 10  2 3  100 RUB  linked offsetting  OK
    transfer 11  3 2  100 RUB         offsetting  OK
    balance   2  0 100  0 100
    balance   3  0 100  0 100
    """,
    "at its end an offsetting chain answers for every account that it debits": """
    transfer 10  1 2    5 RUB                     OK
    transfer 11  3 2  100 RUB  linked offsetting  LINKED_EVENT_FAILED
    transfer 12  2 3  106 RUB         offsetting  EXCEEDS_CREDITS
    balance   2  0 0  0 5
    balance   3  0 0  0 0
    transfer 11  3 2  100 RUB  linked offsetting  OK
    transfer 12  2 3  105 RUB         offsetting  OK
    transfer 13  2 3    1 RUB         offsetting  EXCEEDS_CREDITS     # alone, one is its own chain
    account   3 RUB  debits_limited limit=5
    transfer 13  3 2   10 RUB         offsetting  OK
    account   3 RUB  debits_limited               # a lower limit binds whom the chain debits at all
    transfer 14  3 2    5 RUB  linked offsetting  EXCEEDS_CREDITS
    transfer 15  1 3    5 RUB         offsetting  LINKED_EVENT_FAILED
    transfer 15  1 3    5 RUB         offsetting  OK
    """,
    "what an offsetting chain reserves counts at its end, what it is to receive does not": """
    transfer 10  2 3  100 RUB  linked offsetting pending  EXCEEDS_CREDITS
    transfer 11  3 2  100 RUB         offsetting pending  LINKED_EVENT_FAILED
    transfer 10  2 3  100 RUB  linked offsetting pending  OK
    transfer 11  1 2  100 RUB         offsetting          OK
    transfer 12  -  -   - -    linked offsetting post=10  OK
    transfer 13  3 1  100 RUB         offsetting          OK
    balance   2  0 100  0 100
    """,
    "at its end an offsetting chain answers for every account that it credits": """
    account   4 RUB  credits_limited
    transfer 10  1 4   11 RUB  linked offsetting  EXCEEDS_DEBITS
    transfer 12  4 1   10 RUB         offsetting  LINKED_EVENT_FAILED
    transfer 10  1 4   10 RUB  linked offsetting  OK
    transfer 12  4 1   10 RUB         offsetting  OK
    """,
    "a chain offsets whole or not at all": """
    transfer 10  1 2  100 RUB  linked offsetting  LINKED_EVENT_FAILED
    transfer 11  1 3  100 RUB                     LINKED_EVENTS_MUST_ALL_BE_OFFSETTING
    transfer 10  1 2  100 RUB  linked             LINKED_EVENT_FAILED
    transfer 11  1 3    0 RUB         offsetting  LINKED_EVENTS_MUST_ALL_BE_OFFSETTING
    balance   1  0 0  0 0
    """,
    "a chain left open is refused": """
    transfer 10  1 2  100 RUB  linked             LINKED_EVENT_FAILED
    transfer 11  9 9  100 RUB  linked             LINKED_EVENT_FAILED
    transfer 12  1 2  100 RUB  linked             LINKED_EVENT_CHAIN_OPEN
    """,
}


@pytest.mark.parametrize("write_each_row", [True, False], ids=["written", "staged"])
@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES.keys())
def test_table(text: str, write_each_row: bool) -> None:
    Table(ACCOUNTS + text, write_each_row=write_each_row)


def test_every_result_is_reached() -> None:
    reached = set(
        chain.from_iterable(Table(ACCOUNTS + text, write_each_row=True).results for text in TABLES.values())
    )
    assert reached == set(TransferResult)
