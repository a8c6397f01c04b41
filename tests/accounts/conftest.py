import pytest

from app.accounts.guards import attempts


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The forms that mail answer as fast as they can; the test about it sets its own pace."""
    monkeypatch.setattr(attempts, "ANSWER_TAKES", 0)
