"""The proof: all trials. A new one is added to this list and nowhere else."""

from corridor.simulation.canaries import cage
from corridor.simulation.processes import kills
from corridor.simulation.trials import Trial

TRIALS: tuple[Trial, ...] = (
    Trial(kills.NAME, "whatever is killed, nothing acknowledged is lost and it serves again", kills.run),
    Trial("canaries", "bugs that are let in on purpose are noticed by the tests", cage.run),
)
"""In this order, two at a time: the longest first."""
