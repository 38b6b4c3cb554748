"""The signer as it is composed: statements of moments that the witness holds, and of no others."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from tests.contract.signed_world import PostgresWorld
from tests.rig import HUB
from tests.world import CBRR, FUNDS, SEVR

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster
from corridor.adapters.stream.statements import StreamStatements
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.home import Home
from corridor.cli.serving import signer
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import ReceiptHeader, parse, signing_input
from corridor.domain.money import Money
from corridor.ports import HubAway, Mark, Stated, Unstated


@pytest.fixture
def home(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    name = f"signer_{uuid4().hex}"
    world = PostgresWorld(asyncio.run(provision(cluster, name)))
    world.found()
    world.fund(CBRR, SEVR, "RUB", 5)
    world.close()
    monkeypatch.setenv(database.VARIABLE, cluster.dsn(database=name))
    home = Home(tmp_path / "state")
    home.keys.mkdir(parents=True)
    software.generate("EdDSA", home.key(HUB))
    seals.generate(home.personal)
    home.moment = world.hub._durable
    return home


def test_a_statement_waits_for_the_witness(home, monkeypatch):
    batch, head = home.moment
    monkeypatch.setattr(signer, "LOOKS", 20)

    async def ask() -> Stated:
        serving = asyncio.create_task(signer.serve(home))
        async with asyncio.timeout(20):
            while not home.statements_socket.exists():
                assert not serving.done(), serving
                await asyncio.sleep(0.01)
        statements, witness = StreamStatements(home.statements_socket), FileWitness(home.witness)
        try:
            with pytest.raises(HubAway):
                await statements.read(SEVR, "RUB", "", 1)
            await witness.write(Mark(HUB, 1, batch - 1, head))
            asked = asyncio.create_task(statements.read(SEVR, "RUB", "", 1))
            await asyncio.sleep(0.03)
            assert not asked.done()
            await witness.write(Mark(HUB, 1, batch, head))
            stated = await asked
            with pytest.raises(Unstated):
                await statements.read(SEVR, "USD", "", 1)
            return stated
        finally:
            await statements.close()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    stated = asyncio.run(ask())
    parsed = parse(stated.signature, ReceiptHeader)
    assert (parsed.header.batch, parsed.header.head) == (batch, head.hex())
    assert software.verifier("EdDSA", software.read(home.key(HUB)).public).verify(
        signing_input(parsed.protected, stated.payload), parsed.signature
    )
    message = open_envelope(stated.payload).message
    assert [each.amount for each in message.balances if each.type == "ITBD"] == [Money(FUNDS + 5, "RUB")]
