"""What may be sent to make a graph of a React Flow drawing."""

from contracts.base import Id
from gateway.flow.shapes import Flow
from gateway.http.bodies import Name


class NewFlow(Flow):
    """What toObject() gives, and perhaps a name. What is about looks alone is passed over."""

    name: Name = "Imported"
    project_id: Id | None = None
    lenient: bool = False
    """Leave out what does not fit, and say so in `import_notes`, instead of refusing all of it."""
