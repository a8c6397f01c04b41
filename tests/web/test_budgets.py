"""Budgets: what is taken, what is refused in which words, and that nobody overspends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.retention import forget_expired
from app.base import clock
from app.base.config import networks
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.demo.time_travel import at
from app.web.budgets import DAY, Budget, BudgetSpent, Cost, charge, mailbox_of, network_of, spend
from tests.browser import counted_queries

SOME = Budget("some", 3, DAY, "Сегодня взято много.")
OTHER = Budget("other", 5, DAY, "Другого тоже.")
NETWORKS = Budget("networks", 2, DAY, "Из сети много.", of_network=True)


def spent() -> list[int]:
    return list(db.session.scalars(sa.select(BudgetSpent.spent).order_by(BudgetSpent.id)))


class TestCharge:
    def test_takes_until_nothing_is_left(self) -> None:
        charge(Cost(SOME, "anna", 2))
        charge(Cost(SOME, "anna"))
        with pytest.raises(RuleBroken):
            charge(Cost(SOME, "anna"))
        charge(Cost(SOME, "badma"))
        assert spent() == [3, 1]

    def test_says_what_is_used_up_and_when_it_is_free_again(self) -> None:
        with at(clock.now().replace(month=5, day=4, hour=12, minute=30)):
            charge(Cost(SOME, "anna", 3))
            with pytest.raises(RuleBroken) as refused:
                charge(Cost(SOME, "anna"))
        year = clock.now().year
        assert str(refused.value) == (
            f"Сегодня взято много. Снова можно 5 мая {year} г. в 15:30. Попробуйте тогда."
        )

    def test_is_whole_again_when_its_time_is_over(self) -> None:
        charge(Cost(SOME, "anna", 3))
        with at(clock.now() + DAY):
            charge(Cost(SOME, "anna", 2))
        assert spent() == [2]

    def test_all_of_an_act_or_nothing(self) -> None:
        charge(Cost(OTHER, "anna", 4))
        assert not spend(Cost(SOME, "anna"), Cost(OTHER, "anna", 2))
        assert sorted(spent()) == [0, 4]

    def test_more_than_the_budget_at_once_is_refused(self) -> None:
        assert not spend(Cost(SOME, "anna", 4))
        assert spent() == []

    def test_what_the_organizer_allows_at_once_is_possible(self) -> None:
        charge(Cost(SOME, "anna", 6, at_least=6))
        assert not spend(Cost(SOME, "anna", 1, at_least=6))

    def test_a_refused_act_costs_nothing(self) -> None:
        def act() -> None:
            with transaction():
                charge(Cost(SOME, "anna", 3))
                raise RuleBroken("no")

        with pytest.raises(RuleBroken):
            act()
        with transaction():
            charge(Cost(SOME, "anna", 3))

    def test_one_statement_for_all_that_an_act_costs(self, app: Flask) -> None:
        with counted_queries(app) as queries:
            charge(Cost(SOME, "anna"), Cost(OTHER, "anna"), Cost(OTHER, ("anna", 7)))
        assert len(queries) == 1

    def test_nobody_can_read_an_address_out_of_the_table(self) -> None:
        charge(Cost(SOME, "anna@example.org"), Cost(NETWORKS, "203.0.113.7"))
        kept = " ".join(db.session.scalars(sa.select(BudgetSpent.key)))
        assert "anna" not in kept
        assert "203.0" not in kept

    def test_the_database_refuses_whatever_the_code_does(self) -> None:
        charge(Cost(SOME, "anna", 3))
        with pytest.raises(sa.exc.IntegrityError):
            db.session.connection().execute(sa.update(BudgetSpent).values(spent=4))

    def test_what_holds_nobody_up_is_swept(self) -> None:
        charge(Cost(SOME, "anna"))
        with at(clock.now() + DAY - timedelta(minutes=1)):
            forget_expired()
            assert spent() == [1]
        with at(clock.now() + DAY + timedelta(minutes=1)):
            forget_expired()
        assert spent() == []


class TestNetworks:
    """A school, or an operator's thousands, behind one address."""

    def test_a_setting_multiplies_their_budgets(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.config, "NETWORK_BUDGETS", 2)
        charge(Cost(NETWORKS, "203.0.113.7", 4))
        assert not spend(Cost(SOME, "anna", 4))

    def test_those_that_are_named_have_none(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(
            app.config, "UNLIMITED_NETWORKS", networks("203.0.113.0/24, 2001:db8::/48")
        )
        charge(Cost(NETWORKS, network_of("203.0.113.7"), 100))
        charge(Cost(NETWORKS, (network_of("2001:db8::7"), 1), 100))
        assert not spend(Cost(NETWORKS, network_of("198.51.100.7"), 100))

    def test_a_home_with_ipv6_is_one_network(self) -> None:
        assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:3::8")
        assert network_of("2001:db8:1:3::7") != network_of("2001:db8:1:2::7")
        assert network_of("unknown") == ""

    def test_those_with_ipv4_stay_apart_where_the_server_writes_them_as_ipv6(self) -> None:
        assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7") == "203.0.113.7"

    @pytest.mark.parametrize(
        ("written", "mailbox"),
        [
            ("Anna+1@Example.org", "anna@example.org"),
            ("an.na+x@googlemail.com", "anna@gmail.com"),
            ("anna-b@ya.ru", "anna.b@yandex.ru"),
            ("anna.b@yandex.kz", "anna.b@yandex.ru"),
            ("anna.b@example.org", "anna.b@example.org"),
            ("", ""),
        ],
    )
    def test_a_mailbox_is_one_however_it_is_written(self, written: str, mailbox: str) -> None:
        assert mailbox_of(written) == mailbox


@pytest.mark.slow
class TestAtOnce:
    """Many charge the same budget at the same moment, each in a transaction of its own."""

    THREADS, EACH = 6, 5
    RUSH = Budget("rush", 20, DAY, "Всё.")

    def rush(self, app: Flask, take_one: Callable[[int], bool]) -> int:
        """How many of the thirty got what there is for twenty."""
        together = Barrier(self.THREADS)

        def thread(number: int) -> int:
            with app.app_context():
                taken = 0
                for _ in range(self.EACH):
                    together.wait(60)
                    taken += take_one(number)
                db.session.remove()
            return taken

        with ThreadPoolExecutor(self.THREADS) as pool:
            return sum(pool.map(thread, range(self.THREADS)))

    def test_they_never_overspend(self, shared_app: Flask) -> None:
        def take_one(number: int) -> bool:
            try:
                with transaction():
                    charge(Cost(OTHER, number), Cost(self.RUSH, "anna"))
            except RuleBroken:
                return False
            return True

        assert self.rush(shared_app, take_one) == self.RUSH.most

    def test_who_reads_first_and_writes_then_overspends(self, shared_app: Flask) -> None:
        """The control: shows that the test above is able to fail."""
        looked = Barrier(self.THREADS)
        with shared_app.app_context(), transaction():
            charge(Cost(self.RUSH, "anna", 1))

        def take_one(_number: int) -> bool:
            before = db.session.scalars(sa.select(BudgetSpent.spent)).one()
            looked.wait(60)
            if before >= self.RUSH.most:
                return False
            with transaction():
                db.session.execute(sa.update(BudgetSpent).values(spent=before + 1))
            return True

        assert self.rush(shared_app, take_one) > self.RUSH.most
