"""The scanner finds a secret in every spelling, and a door that tells one is told of."""

from base64 import b64encode, urlsafe_b64encode
from random import Random
from urllib.parse import quote

import msgspec
import pytest

from corridor.simulation.door import leaks, secrets
from corridor.simulation.door.attacks.trial import on_uvloop
from corridor.simulation.door.house import PostgresStore, open_house
from corridor.simulation.door.secrets import Canary, Leak, scan, scan_text

SEED = Canary("a seed", bytes(range(7, 39)))
NAME = Canary("a name", "Канарейкин".encode())
WRITTEN = [
    bytes(SEED.secret),
    SEED.secret.hex().encode(),
    SEED.secret.hex().upper().encode(),
    b64encode(SEED.secret),
    urlsafe_b64encode(b"x" + SEED.secret + b"y"),
    b64encode(b"xy" + SEED.secret + b"yz"),
    b64encode(b"xyz" + SEED.secret + b"yz"),
    repr(SEED.secret).encode(),
]


@pytest.mark.parametrize("text", WRITTEN)
def test_that_a_secret_is_found_however_it_is_written(text):
    (leak,) = scan_text("here", b"before " + text + b" after", [SEED, NAME])
    assert (leak.canary, leak.where) == ("a seed", "here")


@pytest.mark.parametrize(
    "text", [NAME.secret, quote(NAME.secret).encode(), NAME.secret.decode().encode("unicode_escape")]
)
def test_that_a_name_is_found(text):
    assert [leak.canary for leak in scan_text("here", text, [SEED, NAME])] == ["a name"]


def test_that_clean_is_clean():
    assert scan_text("here", bytes(1_000) + b"Ivan Petrov", [SEED, NAME]) == []


def test_files_and_directories_even_where_a_piece_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "PIECE_BYTES", 64)
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/dump.sql").write_bytes(b"-" * 50 + SEED.secret + b"-" * 50)
    (tmp_path / "log").write_bytes(NAME.secret)
    (tmp_path / "clean").write_bytes(b"-" * 500)
    found = scan([tmp_path / "deep", tmp_path / "log", tmp_path / "clean", tmp_path / "none"], [SEED, NAME])
    assert found == [
        Leak("a seed", "as it is", str(tmp_path / "deep/er/dump.sql")),
        Leak("a name", "as it is", str(tmp_path / "log")),
    ]


def planted():
    async def main():
        async with open_house() as house:
            return await leaks.plant(house, leaks.customers(1), Random(1))

    return on_uvloop(main())


def test_that_the_door_tells_nothing():
    sent, found = planted()
    assert sent > 40
    assert found == []


def test_that_a_refusal_which_quotes_is_told(monkeypatch):
    monkeypatch.setattr("corridor.codecs.iso20022.validation._meaning", lambda error: ("CH16", error.message))
    _, found = planted()
    assert {leak.canary for leak in found} & {
        "a customer's name",
        "an account number",
        "a phone number",
        "a remittance text",
    }


def stored(database):
    async def main():
        async with open_house(PostgresStore(database)) as house:
            await leaks.bank_with(house, leaks.kept(1))
            await leaks.hold(house, leaks.kept(1))
        return await leaks.dump(database)

    return on_uvloop(main())


def test_that_nothing_is_readable_in_the_database(database):
    tables = stored(database)
    assert {"alias", "held_payment", "message", "blob", "identity", "payment"} <= tables.keys()
    found = [scan_text(name, rows, leaks.kept(1)) for name, rows in tables.items()]
    assert not any(found), found
    assert all(tables[name] for name in ("alias", "held_payment", "blob"))


def test_that_what_is_stored_in_clear_is_told(database, monkeypatch):
    monkeypatch.setattr("corridor.simulation.door.house.SEAL", Clear())
    tables = stored(database)
    found = {leak.canary for leak in scan_text("alias", tables["alias"], leaks.kept(1))}
    assert found == {"a customer's name", "an account number", "a phone number"}
    held = {leak.canary for leak in scan_text("held_payment", tables["held_payment"], leaks.kept(1))}
    assert "a remittance text" in held


class Clear(msgspec.Struct):
    """Seals nothing."""

    def seal(self, _place, plain):
        return plain

    def open(self, _place, sealed):
        return sealed
