"""A day's trades for each provider."""

import pytest

from backend.payments.models import Channel
from tests.payments.reconciliation.daybook import Daybook
from tests.payments.till import Till


@pytest.fixture(params=Channel)
def book(till: Till, request: pytest.FixtureRequest) -> Daybook:
    """Of every provider in turn."""
    return Daybook(till, request.param)


@pytest.fixture
def wechat(till: Till) -> Daybook:
    return Daybook(till, Channel.WECHAT)
