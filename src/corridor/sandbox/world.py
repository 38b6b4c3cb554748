"""The institutions of the sandbox, every one of them invented, and the terms on which they trade."""

from decimal import Decimal
from typing import Final, Literal

import msgspec

ROUBLE: Final = "RUB"
SOMONI: Final = "TJS"
DOLLAR: Final = "USD"
"""Nobody settles in it here; turnover is told in it."""
BOTH: Final = (ROUBLE, SOMONI)

Role = Literal["bank", "fx_provider", "central_bank", "hub"]


class Institution(msgspec.Struct, frozen=True):
    """A participant. `currencies` are those it settles in, `home` is that of its country."""

    bic: str
    name: str
    role: Role
    currencies: tuple[str, ...]
    home: str
    algorithm: Literal["EdDSA", "ES256"] = "EdDSA"


# The last character of a BIC's location code, 0, says that it is for tests (ISO 9362).
SEVERNY = Institution("SEVRRUM0", "Severny Bank", "bank", BOTH, ROUBLE)
VOLGA = Institution("VOLGRUM0", "Volga Bank", "bank", BOTH, ROUBLE)
PAMIR = Institution("PAMRTJ20", "Pamir Bank", "bank", BOTH, SOMONI)
ZARAFSHAN = Institution("ZARFTJ20", "Zarafshan Bank", "bank", BOTH, SOMONI, "ES256")
ALTYN_FX = Institution("ALFXRUM0", "Altyn Exchange", "fx_provider", BOTH, ROUBLE)
SUGD_FX = Institution("SUGDTJ20", "Sugd Exchange", "fx_provider", BOTH, SOMONI)
ROUBLE_ISSUER = Institution("CBRRRUM0", "Central Bank of Roubles", "central_bank", (ROUBLE,), ROUBLE)
SOMONI_ISSUER = Institution("CBTJTJ20", "Central Bank of Somoni", "central_bank", (SOMONI,), SOMONI)

BANKS: Final = (SEVERNY, VOLGA, PAMIR, ZARAFSHAN)
FX_PROVIDERS: Final = (ALTYN_FX, SUGD_FX)
CENTRAL_BANKS: Final = (ROUBLE_ISSUER, SOMONI_ISSUER)
INSTITUTIONS: Final = (*CENTRAL_BANKS, *FX_PROVIDERS, *BANKS)

PAIR: Final = (SOMONI, ROUBLE)
"""Base and quote: rates are roubles for one somoni."""
MID: Final = Decimal("8.5500")
"""Where the random walk of the rate begins."""

FIXINGS: Final = (
    (ROUBLE_ISSUER, DOLLAR, Decimal("89.5000")),
    (ROUBLE_ISSUER, SOMONI, Decimal("8.5482")),
    (SOMONI_ISSUER, DOLLAR, Decimal("10.4700")),
)
"""What a unit of another currency costs officially, in the issuer's own: these rates stand for the days to come."""

FEES: Final = ((ROUBLE, 10, 10_00), (SOMONI, 10, 1_00))
"""The hub's fee on conversions: currency of the source, basis points, minimum in minor units."""

FUNDING: Final = (
    *((bank, ROUBLE, 20_000_000_000_00) for bank in BANKS),
    *((bank, SOMONI, 500_000_000_00) for bank in BANKS),
    *((provider, ROUBLE, 10_000_000_000_00) for provider in FX_PROVIDERS),
    *((provider, SOMONI, 1_000_000_000_00) for provider in FX_PROVIDERS),
)
"""What the central banks issue on the first day, in minor units: far more than a day moves one way."""

RESERVES: Final = FUNDING
"""What each has besides in its account at the central bank: as much again."""
