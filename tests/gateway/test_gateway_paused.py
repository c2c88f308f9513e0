"""What is asked of a run or a graph that cannot be read: a 409 at once, and done after the upgrade."""

import asyncio

import httpx2
from gateway_house import orchestrated, settings_for
from test_gateway_runs import WORKFLOW

from contracts import upcasts
from contracts.envelope import GraphDecision, RunDecision, seal
from contracts.subjects import Subjects
from kit.clock import utc_now
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog


async def become_future(bus, prefix, of, kind, id_):
    decision = of(id=new_id(), at=utc_now(), actor="orchestrator", events=(), v=upcasts.VERSION + 1)
    subjects = Subjects(prefix)
    log = JetStreamLog(bus, subjects.log)
    subject = subjects.events(kind, "default", id_)
    await log.append(subject, seal(decision), expected=None, event_id=decision.id)


async def test_a_request_about_what_is_paused_is_409_and_done_once_after_the_upgrade(
    bus, nats_url, new_database, s3, prefix, monkeypatch
):
    # an answer that did not come at once would be a 202 or 503, after this long
    settings = settings_for(nats_url, new_database(), s3, prefix, answer_timeout_s=30)
    async with orchestrated(settings) as house, asyncio.timeout(60):
        async with httpx2.AsyncClient(base_url=house.url, timeout=60, trust_env=False) as http:
            run = (await http.post("/api/executions", json={"graph": WORKFLOW})).json()["id"]
            graph = (await http.post("/api/graphs/", json={"name": "Before"})).json()["id"]
            await become_future(bus, prefix, RunDecision, "run", run)
            await become_future(bus, prefix, GraphDecision, "graph", graph)
            change = {
                "url": f"/api/graphs/{graph}",
                "json": {"name": "After"},
                "headers": {"Idempotency-Key": "change"},
            }
            cancel = {"url": f"/api/executions/{run}", "headers": {"Idempotency-Key": "cancel"}}
            for answer in (await http.patch(**change), await http.delete(**cancel)):
                assert answer.status_code == 409
                assert answer.json()["type"] == "/problems/unreadable"
                assert "will be done once this installation is upgraded" in answer.json()["detail"]
            other = (await http.post("/api/executions", json={"graph": WORKFLOW})).json()["id"]
            assert (await http.delete(f"/api/executions/{other}")).json()["state"] == "cancelled"
            longer = upcasts.Chain((*upcasts.CHAIN.steps, lambda _kind, raw: raw))
            monkeypatch.setattr(upcasts, "CHAIN", longer)
            # a no that was on its way already may still be heard
            while (changed := await http.patch(**change)).status_code == 409:
                assert changed.headers["Retry-After"] == "30"
            while (cancelled := await http.delete(**cancel)).status_code == 409:
                assert cancelled.headers["Retry-After"] == "30"
            assert (changed.status_code, cancelled.status_code) in {(200, 200), (200, 202)}
        log, subjects = JetStreamLog(bus, Subjects(prefix).log), Subjects(prefix)
        told = await log.read(subjects.events("run", "default", run))
        assert sum(b'"RunCancelled"' in record.data for record in told) == 1
        drawn = await log.read(subjects.events("graph", "default", graph))
        assert sum(b'"After"' in record.data for record in drawn) == 1
