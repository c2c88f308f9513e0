"""Without a collector the trace is in the log all the same: also of what is found there after everybody has died."""

from contracts.subjects import Subjects
from groove_local.stack import Stack
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from support.api import Api, edge, node, workflow

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_every_message_of_a_run_says_the_trace_of_its_request(stack: Stack, api: Api, word: str):
    drawn = workflow(
        node("say", "text", text=f"a heron {word}"),
        node("paint", "text_to_image"),
        node("look", "image_to_text"),
        edges=(edge("say.text", "paint.prompt"), edge("paint.image", "look.image")),
    )
    run = api.post("/api/executions/", {"graph": drawn}, traceparent=f"00-{TRACE}-00f067aa0ba902b7-00")["id"]
    assert api.finish(run)["state"] == "completed"
    nc = await connect(stack.addresses.nats_url, "reader")
    subjects = Subjects(stack.plan.prefix)
    project = api.execution(run)["project_id"]
    filters = (
        subjects.command("run", project, run),
        subjects.events("run", project, run),
        subjects.report(project, run, "*"),
    )
    records = await JetStreamLog(nc, subjects.log).read(*filters)
    await nc.close()
    families = {record.subject.split(".")[1] for record in records}
    assert families == {"cmd", "evt", "rpt"}
    assert {record.headers["traceparent"][3:35] for record in records} == {TRACE}
