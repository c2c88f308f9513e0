"""The life of a task, the same for every worker. What differs is the queue, and how many at once."""
