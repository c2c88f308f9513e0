from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from groove_local.addresses import S3
from workers.bench import Bench, bench


@pytest.fixture
async def workshop(nats_url: str, s3: S3, prefix: str, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(nats_url, s3, prefix, tmp_path) as made:
        yield made
