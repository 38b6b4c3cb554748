"""Every promise that is checked, by one name, in one sentence: the only list of them.

The simulator asks them after every commit, the checker behind a running hub soon after every commit, `corridor
verify` of the whole journal; the numbers are those of the fault model's invariants. To add one: a line here, and one
in `checks.OF_RECORDS` if it is a matter of single records, which all three then ask. What needs more than the record
is asked in `watch.py`, `follow.py` and `adapters/postgres/verify*.py`; what parties hold, in the simulation.
"""

from typing import Final, NamedTuple


class Invariant(NamedTuple):
    """A promise: its name wherever it is counted, what it says, and which invariants of the model it covers."""

    name: str
    promise: str
    model: tuple[str, ...]


class Broken(NamedTuple):
    """An invariant that does not hold, and why."""

    name: str
    sentence: str


_ALL: Final = (
    # the ledger
    Invariant("accounts", "every account is the one settlement account of a participant, or one of a pair", ("I1",)),
    Invariant("balances", "every balance is the sum of what moved it, and of what is reserved", ("I2",)),
    Invariant("conservation", "in every currency balances cancel out to the minor unit, posted and pending", ("I1",)),
    Invariant("limits", "no account has gone beyond what it had and its limit; what is reserved is gone", ("I3",)),
    Invariant("transfers", "every transfer moves money between two accounts that share its currency", ("I1",)),
    Invariant("pending", "every reservation ends once at most, and its row says how", ("I6",)),
    # who said what
    Invariant("mailboxes", "messages to a participant are numbered 1 to n without a gap", ("I12",)),
    Invariant("identities", "every message that came in is known by its id for ever, decided once", ("I11", "I15")),
    Invariant("numbers", "none of the hub's numbers is given out twice", ("I12",)),
    # payments
    Invariant("payments", "every payment's record is one that its status allows", ("I5",)),
    Invariant("states", "a payment goes the way of the rulebook, and what is final stays", ("I5",)),
    Invariant("legs", "a settled payment moved exactly its amounts, a rejected one nothing", ("I6",)),
    Invariant("evidence", "what was reserved was ordered and screened, what settled was promised", ("I15", "I24")),
    Invariant("holds", "nothing is reserved for a payment that does not wait for its creditor agent", ("I6",)),
    Invariant("times", "what is final was forwarded before; silence ends a payment no sooner than its time", ("I16",)),
    Invariant("told", "both agents were told one and the same final status, with its reason and time", ("I7",)),
    Invariant("obligations", "what is queued has a timer, what has ended has its time, and settled within it", ("I5",)),
    Invariant("queue", "what waits is pending, and counted; what has ended settled or was rejected", ("I5",)),
    Invariant("cut-offs", "a cycle's times are those of its state, and what has settled has its proof", ("I5",)),
    Invariant("cycles", "positions are their items, add up to zero, and are what clearing accounts hold", ("I1",)),
    Invariant("details", "what is kept of a payment's purpose and goods is what its order says", ("I5",)),
    Invariant("returns", "a payment was returned once at most, when final, by what was received", ("I5", "I6")),
    Invariant("return states", "a return is final with what it moved, under a number of its own", ("I5",)),
    # trades
    Invariant("trades", "a trade moves both legs, each by its amount, or none", ("I6",)),
    Invariant("trade states", "a trade has a timer or an end, and settled in its time, stated by both", ("I5",)),
    # correspondent accounts
    Invariant("correspondents", "what one bank owes is what the other has, by entries, within overdraft", ("I1", "I3")),
    # central banks' money
    Invariant("liquidity", "a liquidity transfer moved its amount once, in its direction, or nothing", ("I6",)),
    Invariant("liquidity states", "one that waits has what leaves reserved; one that has ended has its time", ("I5",)),
    Invariant("issue", "what is issued is what others hold: funding, defunding, arrangements change it", ("I1",)),
    # quotes
    Invariant("quotes", "a quote is spent once at most, in its time, by the payment that names it", ("I18",)),
    Invariant("conversions", "what a quote promises is what its rate gives, rounded once", ("I18",)),
    Invariant("exposures", "what is counted of quotes and of providers' positions is the sum of them", ("I18",)),
    Invariant("inquiries", "the quote of an inquiry is the one reply that was taken, as it was given", ("I18",)),
    Invariant("inquiry states", "an inquiry waits with a timer, or has ended with a quote or a reason", ("I18",)),
    # arrangements of central banks
    Invariant("arrangements", "a netting follows from what was owed and the official rate, and moved that", ("I6",)),
    Invariant("arrangement states", "an arrangement waits with a timer or has ended, and has accounts", ("I5",)),
    Invariant("swings", "what a central bank may owe another is the swing of their arrangement, else nothing", ("I3",)),
    # credit
    Invariant("facilities", "what is drawn and due is what CREDIT accounts say, and never above the limit", ("I3",)),
    Invariant("interest", "every date of a facility was reckoned once, from what was drawn when it ended", ("I3",)),
    Invariant("collateral", "a credit line is the line, or what its collateral counts for if that is less", ("I3",)),
    # the log
    Invariant("chain", "the head after a batch follows from the head before it, its lines and its transfers", ("I13",)),
    Invariant("bytes", "the bytes of every line lie where it says, under their digest", ("I13",)),
    Invariant("signatures", "what came in was signed by whom it is logged under", ("I14",)),
    Invariant("outgoing", "what went out names its receiver, number, time, and the head before its batch", ("I9",)),
    Invariant("schemas", "what was sent, or had effect, satisfies its schema", ("I14",)),
    Invariant("heads", "the heads that are found by number are those of the log", ("I13",)),
    Invariant("anchors", "what the witness and the participants hold of the log is in it", ("I9", "I13")),
    # who may do what
    Invariant("audit", "the registry is what the audit led to: nothing was changed by nobody", ("I4", "I26")),
    Invariant("four eyes", "what takes two was done by two who had the right to it at that time", ("I25",)),
    # what only an observer of all parties can see
    Invariant("durable", "nothing is answered, signed or delivered before it is durable", ("I8",)),
    Invariant("known", "what participants hold of the hub's log is in the hub's log", ("I9", "I13")),
    Invariant("repeats", "a message sent again gets the same answer and has no effect", ("I11",)),
    Invariant("banks", "customers' money in the banks' books, and their mirrors, are what was settled", ("I10",)),
    Invariant("liveness", "a minute after all is well again nothing is open, held, or untold", ("I17",)),
    Invariant("rebuild", "the transfers alone lead to the same balances and reservations", ("I30",)),
    Invariant("process", "no event makes a process fail that no fault has hit", ("I15",)),
)  # fmt: skip

INVARIANTS: Final = {each.name: each for each in _ALL}
