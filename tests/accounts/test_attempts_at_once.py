"""Many tries at one moment are no way around the wait: the database counts them one by one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from app.accounts.guards import attempts
from app.base.db import transaction
from app.base.rules import RuleBroken

pytestmark = pytest.mark.slow
AT_ONCE = 12


def test_twelve_tries_at_once_are_five(shared_app: Flask) -> None:
    start = Barrier(AT_ONCE)

    def try_once(_number: int) -> bool:
        with shared_app.app_context():
            start.wait(timeout=60)
            try:
                with transaction():
                    attempts.begin_try("anna@example.org", "203.0.113.7")
            except RuleBroken:
                return False
            return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        let_through = sum(threads.map(try_once, range(AT_ONCE)))
    assert let_through == attempts.OF_ADDRESS.free
