"""JSON Lines."""

import json
import re
from typing import Any

_ENDS = re.compile("[\x85\u2028\u2029]")


def json_line(document: Any) -> str:
    """Whatever a reader may take for the end of a line is escaped."""
    return _ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", json.dumps(document, ensure_ascii=False))
