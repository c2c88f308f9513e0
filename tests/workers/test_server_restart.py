"""The nats-server is killed under a worker, and comes back."""

from pathlib import Path

from contracts.work import Submitted, Succeeded
from groove_local.addresses import S3
from laws.own_server import OwnServer
from support.vendor import Vendor
from workers.bench import bench


async def test_work_goes_on_when_the_server_is_back_and_nothing_is_asked_again(
    s3: S3, prefix: str, tmp_path: Path, vendor: Vendor
) -> None:
    own = OwnServer(tmp_path / "store")
    await own.start()
    try:
        async with bench(own.url, s3, prefix, tmp_path, lease_s=2) as workshop:
            vendor.takes(1)
            await workshop.worker(GROOVE_PROVIDERS="local,fake", GROOVE_FAKE_URL=vendor.url)
            await workshop.put(workshop.paid())
            await workshop.until("n1", Submitted)
            await own.kill()
            await own.start()
            ending = await workshop.until("n1")
            assert isinstance(ending, Succeeded), ending
            assert len(vendor.submissions(workshop.run)) == 1
            await workshop.put(workshop.painting("n2"))
            assert isinstance(await workshop.until("n2"), Succeeded)
            assert len(await workshop.endings("n1")) == 1
    finally:
        vendor.takes(0)
        await own.kill()
