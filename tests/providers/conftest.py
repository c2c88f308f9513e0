from collections.abc import AsyncIterator

import pytest
from google_bench import Google

from providers.fakes.google import FakeGoogle


@pytest.fixture
async def google() -> AsyncIterator[Google]:
    fake = FakeGoogle()
    await fake.start()
    google = Google(fake)
    yield google
    await google.provider.close()
    await fake.close()
