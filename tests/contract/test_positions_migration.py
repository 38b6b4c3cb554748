"""Positions of a corridor that is older than they are: what had been promised and exchanged is counted from then on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from corridor.adapters.postgres import schema
from corridor.services.fx.records import FX_EXPOSURE, FxExposure

ALFX, SEVR, PAMR = "ALFXRUM0", "SEVRRUM0", "PAMRTJ20"
FIRST = "0015"


@dataclass
class Old:
    """A database as it was before, in which rows are what a test needs of them."""

    db: asyncpg.Connection

    async def put(self, table: str, **facts: Any) -> None:
        """Write a row; what is not said is empty."""
        empty = {"bigint": 0, "text": "", "bytea": b"", "boolean": False, "numeric": Decimal(0)}
        found = await self.db.fetch(
            "SELECT column_name AS name, data_type AS kind FROM information_schema.columns WHERE table_name = $1",
            table,
        )
        row = {each["name"]: empty[each["kind"]] for each in found} | facts
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        names = ", ".join(f'"{name}"' for name in row)
        await self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())


@pytest.mark.anyio
async def test_what_there_was_is_counted(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    every = schema.migrations()
    monkeypatch.setattr(schema, "migrations", lambda: [each for each in every if each[0] < FIRST])
    old = Old(await asyncpg.connect(database))
    await schema.migrate(old.db)
    await old.put("participant", bic=ALFX, role="fx_provider", number=1)
    await old.put("participant", bic=SEVR, role="bank", number=2)
    way = {"provider": ALFX, "source_currency": "RUB", "destination_currency": "TJS"}
    for n, status in enumerate(("ACSC", "ACCC", "ACSP", "RJCT")):
        amounts = {"source_amount": 850 * 10**n, "destination_amount": 100 * 10**n}
        await old.put("payment", uetr=str(n), number=n, status=status, **way, **amounts)
    await old.put("payment", uetr="same", number=9, status="ACSC", source_currency="RUB")
    for n, status in enumerate(("open", "spent", "open")):
        amounts = {"source_amount": 85, "destination_amount": 10}
        await old.put("quote", quote_id=str(n), status=status, created_at=7 + n, **way, **amounts)
    sold = {
        "first": ALFX,
        "second": SEVR,
        "first_currency": "RUB",
        "first_amount": 3,
        "second_currency": "TJS",
    }
    await old.put("trade", number=1, state="settled", second_amount=2, **sold)
    await old.put("trade", number=2, state="matched", second_amount=2, **sold)
    await old.db.execute("INSERT INTO fx_exposure VALUES ($1, 'TJS', 20), ($2, 'TJS', 0)", ALFX, "SUGDTJ20")

    monkeypatch.setattr(schema, "migrations", lambda: every)
    await schema.migrate(old.db)
    rows = await old.db.fetch(schema.select_resident(FX_EXPOSURE) or "")
    assert {FxExposure(*row) for row in rows} == {
        FxExposure(ALFX, "RUB", 0, 170, 0, 85_000, 3, 9_350),
        FxExposure(ALFX, "TJS", 20, 0, 10_000, 0, 1_100, 2),
        FxExposure("SUGDTJ20", "TJS"),
    }
    assert [row["rated_at"] for row in await old.db.fetch("SELECT rated_at FROM quote ORDER BY 1")] == [
        7,
        8,
        9,
    ]
    await old.db.close()
