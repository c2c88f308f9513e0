"""The only place that spells names of spans and of their attributes.

Subjects stand in names as templates, without prefix and ids: what has ids in its name cannot be counted. Ids are
attributes. The names that begin with `gen_ai`, `messaging` and `http` are OpenTelemetry's, of which the first two are
still being developed (semantic conventions 1.44; GenAI as of 2026-09): they change here and nowhere else.
"""

from typing import Final, get_args

from contracts.subjects import Kind, Queue

# subjects

COMMAND: Final[dict[Kind, str]] = {kind: f"cmd.{{p}}.{kind}.{{scope}}.{{id}}" for kind in get_args(Kind)}
REPORT: Final = "rpt.{p}.{project}.{run}.{node}"
STREAM: Final = "stream.{project}.{run}"
"""What browsers watch: not a subject of the bus."""

# spans

DECIDE: Final[dict[str, str]] = {kind: f"decide {kind}" for kind in ("run", "graph", "credit")}


def task(queue: Queue) -> str:
    return f"task.{queue}.{{project}}.{{run}}.{{node}}"


def send(template: str) -> str:
    return f"send {template}"


def process(template: str) -> str:
    return f"process {template}"


# attributes of our own

RUN: Final = "groove.run.id"
NODE: Final = "groove.node.id"
PROJECT: Final = "groove.project.id"
AGGREGATE: Final = "groove.aggregate.id"
TASK: Final = "groove.task.id"
ATTEMPT: Final = "groove.attempt"
OPERATION: Final = "groove.operation"
REPORTED: Final = "groove.report"
EVENTS: Final = "groove.events"
CLIENTS: Final = "groove.stream.clients"
CALL: Final = "groove.provider.call"
COST: Final = "groove.cost.micro_credits"

# attributes of OpenTelemetry's

ERROR: Final = "error.type"
HTTP_METHOD: Final = "http.request.method"
HTTP_ROUTE: Final = "http.route"
HTTP_STATUS: Final = "http.response.status_code"
URL_PATH: Final = "url.path"
MESSAGES: Final = "messaging.batch.message_count"
MESSAGING: Final = "messaging.system"
MESSAGING_OPERATION: Final = "messaging.operation.type"
DESTINATION: Final = "messaging.destination.name"
TEMPLATE: Final = "messaging.destination.template"
DELIVERIES: Final = "messaging.nats.message.delivery_count"
NATS: Final = "nats"


def sent(template: str, subject: str) -> dict[str, str]:
    """What every span says that puts a message on the bus."""
    return {MESSAGING: NATS, MESSAGING_OPERATION: "send", TEMPLATE: template, DESTINATION: subject}


def received(template: str, subject: str) -> dict[str, str]:
    """So with one that does what a message asks for."""
    return {MESSAGING: NATS, MESSAGING_OPERATION: "process", TEMPLATE: template, DESTINATION: subject}


GEN_AI_OPERATION: Final = "gen_ai.operation.name"
GEN_AI_PROVIDER: Final = "gen_ai.provider.name"
GEN_AI_MODEL: Final = "gen_ai.request.model"
GEN_AI_OUTPUT: Final = "gen_ai.output.type"
GEN_AI_RESPONSE: Final = "gen_ai.response.id"
GEN_AI_RESPONSE_MODEL: Final = "gen_ai.response.model"
GEN_AI_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
GEN_AI_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
GENERATE: Final = "generate_content"

PROVIDERS: Final = {"google": "gcp.gemini"}
"""Providers that OpenTelemetry has a name of its own for."""
