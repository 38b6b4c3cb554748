"""Who takes part in the sandbox: fictitious institutions of two countries, with test BICs."""

from typing import Final

import msgspec

ROUBLE: Final = "RUB"
SOMONI: Final = "TJS"
BOTH: Final = (ROUBLE, SOMONI)


class Institution(msgspec.Struct, frozen=True):
    """A participant of the sandbox: `role` is bank, fx_provider or central_bank.

    `funds` is what its settlement accounts start with, in minor units by currency, issued by the central banks.
    """

    bic: str
    name: str
    role: str
    currencies: tuple[str, ...]
    home_currency: str
    funds: tuple[tuple[str, int], ...] = ()
    algorithm: str = "EdDSA"


MILLION: Final = 1_000_000_00
"""A million roubles or somoni, in minor units."""

SEVERNY: Final = Institution(
    "SEVRRUM0", "Severny Bank", "bank", BOTH, ROUBLE, ((ROUBLE, 4_000 * MILLION), (SOMONI, 100 * MILLION))
)
VOLGA: Final = Institution(
    "VOLGRUM0",
    "Volga Bank",
    "bank",
    BOTH,
    ROUBLE,
    ((ROUBLE, 4_000 * MILLION), (SOMONI, 100 * MILLION)),
    algorithm="ES256",
)
PAMIR: Final = Institution(
    "PAMRTJ20", "Pamir Bank", "bank", BOTH, SOMONI, ((ROUBLE, 6_000 * MILLION), (SOMONI, 300 * MILLION))
)
ZARAFSHAN: Final = Institution(
    "ZARFTJ20", "Zarafshan Bank", "bank", BOTH, SOMONI, ((ROUBLE, 6_000 * MILLION), (SOMONI, 300 * MILLION))
)
ALFA_FX: Final = Institution(
    "ALFXRUM0",
    "Altyn Exchange",
    "fx_provider",
    BOTH,
    ROUBLE,
    ((ROUBLE, 900 * MILLION), (SOMONI, 100 * MILLION)),
)
SUGHD_FX: Final = Institution(
    "SUGDTJ20",
    "Sughd Exchange",
    "fx_provider",
    BOTH,
    SOMONI,
    ((ROUBLE, 900 * MILLION), (SOMONI, 100 * MILLION)),
)
ROUBLE_CENTRAL_BANK: Final = Institution(
    "CBRRRUM0", "Central Bank of the Rouble Country", "central_bank", (ROUBLE,), ROUBLE
)
SOMONI_CENTRAL_BANK: Final = Institution(
    "CBTJTJ20", "Central Bank of the Somoni Country", "central_bank", (SOMONI,), SOMONI
)

BANKS: Final = (SEVERNY, VOLGA, PAMIR, ZARAFSHAN)
PROVIDERS: Final = (ALFA_FX, SUGHD_FX)
CENTRAL_BANKS: Final = (ROUBLE_CENTRAL_BANK, SOMONI_CENTRAL_BANK)
INSTITUTIONS: Final = (*CENTRAL_BANKS, *BANKS, *PROVIDERS)

PAIR: Final = (SOMONI, ROUBLE)
"""Base and quote: so many roubles for a somoni."""
FEES: Final = ((ROUBLE, 15, 10_00), (SOMONI, 15, 1_00))
"""Currency, basis points of a converted amount, and the least, in minor units."""
