"""The search finds every state of a small model, and the shortest way to a broken promise."""

from corridor.simulation.search.breadth import Search
from corridor.simulation.search.model import UETRS, apply, events


def test_no_order_of_events_breaks_a_promise():
    found = Search().run(15_000)
    assert (found.broken, found.states >= 15_000) == ("", True)


def test_one_payment_is_searched_to_the_end():
    words = ("orders payment 1", "ACCP to payment 1", "RJCT to payment 1", "credited payment 1", "over")
    few = [event for event in events() if event.payment == 0 and event.words.endswith(words)]
    found = Search(few).run(100_000)
    assert found.complete
    assert found.broken == ""
    assert found.states > 50


def test_that_a_late_acceptance_settles_is_found_the_shortest_way():
    def decide(books, event):
        payment = books.payment(event.payment)
        if "ACCP" in event.words and payment is not None and payment.status == "RJCT" and payment.legs:
            return (*apply(books, event)[:2], [f"states: ACSC follows RJCT of {UETRS[event.payment]}"])
        return apply(books, event)

    found = Search(decide=decide).run(50_000)
    assert found.broken.startswith("states")
    assert len(found.story) == 5
    assert found.story[0] == "SEVRRUM0 orders payment 1"
