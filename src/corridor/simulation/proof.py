"""The proof: all trials. A new one is added to this list and nowhere else."""

from corridor.simulation.canaries import cage
from corridor.simulation.processes import full, kills, lines, poison, power, races, rot
from corridor.simulation.trials import Trial

TRIALS: tuple[Trial, ...] = (
    Trial(kills.NAME, "whatever is killed, nothing acknowledged is lost and it serves again", kills.run),
    Trial(lines.NAME, "what stands still, hangs or was overtaken harms nobody", lines.run),
    Trial(rot.NAME, "what rots on the disk is seen before the hub opens", rot.run),
    Trial(full.NAME, "a full disk stops the hub and loses nothing", full.run),
    Trial(races.NAME, "time-out and acceptance never both win", races.run),
    Trial(power.NAME, "a power cut takes nothing that was acknowledged", power.run),
    Trial(poison.NAME, "a command that cannot be decided harms no other", poison.run),
    Trial("canaries", "bugs that are let in on purpose are noticed by the tests", cage.run),
)
"""In this order, two at a time: the longest first."""
