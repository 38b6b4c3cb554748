"""The proof: all trials. A new one is added to this list and nowhere else."""

from corridor.simulation.canaries import cage
from corridor.simulation.search import trial as search
from corridor.simulation.town import trial as town
from corridor.simulation.trials import Trial

TRIALS: tuple[Trial, ...] = (
    Trial("town", "whatever fails, nothing is lost, doubled or told two ways", town.first_lane),
    Trial("town 2", "the same, from other seeds", town.second_lane),
    Trial("canaries", "bugs that are let in on purpose are noticed by the tests", cage.run),
    Trial("search", "no order of events breaks a payment, of all that there are", search.run),
)
"""In this order, two at a time: the longest first."""
