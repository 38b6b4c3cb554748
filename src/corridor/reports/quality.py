"""How good the quotes of FX providers are: what is asked, and what is told. The figures are PostgreSQL's own."""

from decimal import Decimal

import msgspec

FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"


class Question(msgspec.Struct, frozen=True):
    """Which days, in UTC, both included, and which provider ("": all)."""

    since: str = FIRST_DAY
    until: str = LAST_DAY
    provider: str = ""


class Quality(msgspec.Struct, frozen=True):
    """The quotes that a provider gave of a pair on a day, and the inquiries that it was asked.

    `used` were spent by a payment; `fill` is their share in per cent. Spreads are averages over what was given, in
    basis points, of the market's middle and of the day's official rate (None if there is none): above zero they cost
    the debtor agent. `age_s` is the average age, in seconds, of the provider's rate when a payment used the quote. Of
    the inquiries it was `asked`, it `replied` to so many, and so many replies were `taken`.
    """

    day: str
    pair: str
    provider: str
    given: int
    used: int
    fill: Decimal | None
    spread_to_mid: Decimal | None
    spread_to_fixing: Decimal | None
    age_s: Decimal | None
    asked: int
    replied: int
    taken: int
