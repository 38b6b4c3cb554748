"""The proof: all trials. A new one is added to this list and nowhere else."""

from corridor.simulation.canaries import cage
from corridor.simulation.door import crowd, leaks
from corridor.simulation.door.attacks import trial as attacks
from corridor.simulation.door.fuzz import trial as malformed
from corridor.simulation.door.rights import trial as rights
from corridor.simulation.processes import full, kills, lines, poison, power, races, rot
from corridor.simulation.search import trial as search
from corridor.simulation.town import trial as town
from corridor.simulation.trials import Trial

TRIALS: tuple[Trial, ...] = (
    Trial("town", "whatever fails, nothing is lost, doubled or told two ways", town.first_lane),
    Trial("town 2", "the same, from other seeds", town.second_lane),
    Trial(kills.NAME, "whatever is killed, nothing acknowledged is lost and it serves again", kills.run, 1.7),
    Trial("canaries", "bugs that are let in on purpose are noticed by the tests", cage.run),
    Trial("search", "no order of events breaks a payment, of all that there are", search.run),
    Trial(lines.NAME, "what stands still, hangs or was overtaken harms nobody", lines.run),
    Trial(rot.NAME, "what rots on the disk is seen before the hub opens", rot.run),
    Trial(full.NAME, "a full disk stops the hub and loses nothing", full.run),
    Trial(races.NAME, "time-out and acceptance never both win", races.run),
    Trial(power.NAME, "a power cut takes nothing that was acknowledged", power.run, 2),
    Trial(poison.NAME, "a command that cannot be decided harms no other", poison.run),
    Trial(
        "malformed", "what is malformed is refused in typed words, at once, and moves nothing", malformed.run
    ),
    Trial("attacks", "every attack gets its answer, leaves its trace and moves nothing", attacks.run),
    Trial("crowd", "neither a crowd of connections nor a flood of one bank hurts another", crowd.run),
    Trial("secrets", "no key, signature, name or account is in a log, page, error or database", leaks.run),
    Trial("rights", "everyone may do at the door what the table says, and nothing else", rights.run),
)
"""In this order, two at a time: the longest first."""
