"""Graphs whose nodes are paid for, at the fake vendor."""

from typing import Any

from support.api import edge, node, workflow

PAINTER = {"provider": "fake", "model": "fake-painter"}
WRITER = {"provider": "fake", "model": "fake-writer"}
EYE = {"provider": "fake", "model": "fake-eye"}


def paid_chain(word: str) -> dict[str, Any]:
    return workflow(
        node("words", "text", text=f"a mill by a stream {word}"),
        node("paint", "text_to_image", **PAINTER),
        node("look", "image_to_text", **EYE),
        node("vary", "image_to_image", prompt=f"at night {word}", **PAINTER),
        edges=(
            edge("words.text", "paint.prompt"),
            edge("paint.image", "look.image"),
            edge("paint.image", "vary.image"),
        ),
    )


def two_branches(word: str) -> dict[str, Any]:
    """`left` and `right` beside each other; `after` hangs on `left`."""
    return workflow(
        node("left", "text_to_image", prompt=f"left {word}", **PAINTER),
        node("after", "image_to_text", **EYE),
        node("right", "text_to_text", prompt=f"right {word}", **WRITER),
        edges=(edge("left.image", "after.image"),),
    )
