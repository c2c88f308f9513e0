"""How long things may take, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    glance_s: float = 10.0
    """Between two looks at the log for a revocation that was not heard of."""
    send_within_s: float = 30.0
    """How long after `Submitting` the request may still be leaving this machine. At most the lease."""
    connect_s: float = 12.0
    """Of these, what a connection may take to come about."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    """Between two looks at a job, or tries to see it."""
    longest_job_s: float = 600.0
    """How long a job is looked after that its provider says is at work, since it was asked for: 40 looks of 15 seconds.
    A person can go on looking after it. What a provider that cannot be reached is doing is waited for without end."""
    last_word_s: float = 3.0
    """Before a person is asked about a request, for its sender's last word: the log may have been away from it."""
    slot_patience_s: float = 5.0
    """How long a task may wait for a place at its provider before it is handed back."""
    storage_away_s: float = 2.0
