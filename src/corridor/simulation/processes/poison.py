"""Commands whose decision raises: each is stored as a fault, and its neighbours in the batch commit."""

import asyncio
import random
from typing import Any

import asyncpg
import msgspec

from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster
from corridor.decision import Answer, Handler, Step
from corridor.hub.lists import Rules
from corridor.services.messaging.commands import Command, PostTransfers
from corridor.services.messaging.records import ACCEPTED, FAULT
from corridor.simulation.processes import promises
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.writer import OURS, SEAL, Record, lost, writing
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "poison"
FRAMES, FRAME = 30, 8
_CASES = "SELECT count(*) FROM operator_case WHERE kind = 'fault'"


def run(order: Order, tell: Tell) -> Tally:
    """Send frames of commands, some of them poisoned, to a hub with a bug; then again to one without."""
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    dice = random.Random(f"{order.seed}/poison")
    frames = round(FRAMES * order.scale)
    with Cluster(order.directory / "postgresql") as cluster:
        dsn = await provision(cluster)
        record: Record = {}
        poisoned: set[str] = set()
        first: list[Command] = []
        async with writing(dsn, record, _with_a_bug(poisoned)) as writer:
            for _ in range(frames):
                frame = [writer.transfers(dice) for _ in range(FRAME)]
                ill = dice.sample(frame, dice.randrange(1, FRAME))
                poisoned.update(each.origin.message_id for each in ill)
                evidence.faults["F37: a decision raises"] += len(ill)
                first = first or frame
                answers = zip(frame, await writer.give(*frame), strict=True)
                evidence.ask("a fault harms no neighbour", FRAME, _unexpected(answers, poisoned))
        async with writing(dsn, record) as writer:  # the bug is mended; what was answered stays answered
            answers = zip(first, await writer.give(*first), strict=True)
            evidence.ask("the same message gets the same answer", FRAME, _unexpected(answers, poisoned))
        evidence.ask("acknowledged is in the log", len(record), await lost(dsn, record))
        connection = await asyncpg.connect(dsn)
        cases = await connection.fetchval(_CASES)
        await connection.close()
        silent = f"{len(poisoned)} commands were faults, and a person was told of {cases}"
        evidence.ask("a person is told of a fault", len(poisoned), [silent] if cases != len(poisoned) else ())
        await promises.the_log_is_whole(evidence, dsn, SEAL)
    return evidence.tally()


def _with_a_bug(poisoned: set[str]) -> Rules:
    """The rules, but after deciding a poisoned command, when its transfers are staged, something raises."""
    sound = OURS.handlers[PostTransfers]

    def decide(step: Step, command: Any) -> Answer:
        answer = sound.decide(step, command)
        if command.origin.message_id in poisoned:
            raise ZeroDivisionError("a bug that was let in on purpose")
        return answer

    handlers = dict(OURS.handlers)
    handlers[PostTransfers] = Handler(decide, sound.refuse, sound.keys)
    return msgspec.structs.replace(OURS, handlers=handlers)


def _unexpected(answers: Any, poisoned: set[str]) -> list[str]:
    due = {True: FAULT, False: ACCEPTED}
    return [
        f"command {command.origin.message_id} was answered {told.status},"
        f" not {due[command.origin.message_id in poisoned]}"
        for command, told in answers
        if told.status != due[command.origin.message_id in poisoned]
    ]
