"""What is left of an order and waits for the next one: steps of all orders and what waits are all that is left of them. World: one member's orders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fenji.act.earning import earned
from fenji.documents.loyalty import program_from_text
from fixtures.laws import law
from fixtures.ledgers import PROGRAM

CARRYING = program_from_text(PROGRAM.replace("points: 1, mul", "points: 1, remainder: carry, mul"))
PER = 10_000


class Orders:
    """Orders of one member, as the ledger keeps them."""

    def __init__(self) -> None:
        self.net, self.carried, self.waiting = {}, {}, 0

    def bring(self, order: int, net: int) -> int:
        before = (self.net.get(order, 0), self.carried.get(order, 0))
        found = earned(CARRYING, net, 1000, is_extra=False, most=None, before=before, waiting_cents=self.waiting)
        self.net[order], self.carried[order], self.waiting = net, found.carried_cents, found.waiting_cents
        return found.points

    def steps(self, order: int) -> int:
        return (self.net[order] + self.carried[order]) // PER


@law(100)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 35_000)), max_size=30))
def test_steps_of_all_orders_and_what_waits_are_all_that_is_left(changes):
    orders = Orders()
    for order, net in changes:
        points = orders.bring(order, net)
        assert points == orders.steps(order) >= 0
        assert sum(map(orders.steps, orders.net)) * PER + orders.waiting == sum(orders.net.values())
        assert orders.waiting < PER


def test_the_rest_of_a_step_cannot_be_bought_again_and_again():
    """199 and 1 yuan are two points; with the 199 refunded, time after time, the 1 yuan that stay never come to more than they are."""
    orders = Orders()
    for round_number in range(20):
        orders.bring(2 * round_number, 19_900)
        orders.bring(2 * round_number + 1, 100)
        orders.bring(2 * round_number, 0)
    assert sum(map(orders.steps, orders.net)) <= 1 + sum(orders.net.values()) // PER
