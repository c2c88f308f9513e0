"""What the rooms say to each other: messages, ids, subjects and the node catalogue. Pydantic only."""
