"""How a refusal is said: a stable kind, a sentence a person can act on, and where."""

from enum import StrEnum

from contracts.base import Message


class Reason(StrEnum):
    """Why the domain refuses. Stable: clients branch on it, and the HTTP problem type is made from it."""

    UNKNOWN_GRAPH = "unknown_graph"
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_EDGE = "unknown_edge"
    UNKNOWN_RUN = "unknown_run"
    UNKNOWN_ASSET = "unknown_asset"
    UNKNOWN_CHARACTER = "unknown_character"
    UNKNOWN_PROJECT = "unknown_project"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_NODE_TYPE = "unknown_node_type"
    UNKNOWN_PARAM = "unknown_param"
    INVALID_PARAM = "invalid_param"
    UNKNOWN_PORT = "unknown_port"
    TYPE_MISMATCH = "type_mismatch"
    OCCUPIED_INPUT = "occupied_input"
    SELF_LOOP = "self_loop"
    CYCLE = "cycle"
    DUPLICATE_EDGE = "duplicate_edge"
    DUPLICATE_ID = "duplicate_id"
    STALE_VERSION = "stale_version"
    GRAPH_TOO_LARGE = "graph_too_large"
    EMPTY_GRAPH = "empty_graph"
    UNKNOWN_OUTPUT = "unknown_output"
    MISSING_INPUT = "missing_input"
    UNKNOWN_VARIABLE = "unknown_variable"
    NOT_AVAILABLE = "not_available"
    UNKNOWN_PROVIDER = "unknown_provider"
    UNKNOWN_MODEL = "unknown_model"
    MODEL_RETIRED = "model_retired"
    MODEL_CANNOT = "model_cannot"
    PROVIDER_NOT_CONFIGURED = "provider_not_configured"
    PROMPT_TOO_LONG = "prompt_too_long"
    DIFFERENT_BODY = "different_body"
    NOT_RESUMABLE = "not_resumable"
    NOT_FORKABLE = "not_forkable"
    NOT_IN_DOUBT = "not_in_doubt"
    IMPORTED = "imported"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    BUDGET_EXCEEDED = "budget_exceeded"
    UNREADABLE = "unreadable"


class Flaw(Message):
    """One thing that is wrong, and where."""

    reason: Reason
    message: str
    loc: tuple[str | int, ...] = ()
    """A path into what was sent: ("nodes", "paint", "params", "count")."""


class Rejection(Message):
    """The domain says no, for good. Nothing was changed."""

    reason: Reason
    message: str
    errors: tuple[Flaw, ...] = ()


class Rejected(Exception):
    """Raised by a decider that refuses."""

    def __init__(self, *flaws: Flaw) -> None:
        self.rejection = Rejection(reason=flaws[0].reason, message=flaws[0].message, errors=flaws)
        super().__init__(flaws[0].message)


def reject(reason: Reason, message: str, *loc: str | int) -> Rejected:
    return Rejected(Flaw(reason=reason, message=message, loc=loc))
