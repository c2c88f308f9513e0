"""What can go wrong with the world, named for what happened."""


class Conflict(Exception):
    """Someone was first: the subject has moved past the expected sequence."""


class Unavailable(Exception):
    """A server did not answer in time, or answered that it cannot now."""


class TooLarge(ValueError):
    """The bytes exceed a limit that is stated in the message."""


class NotFound(Exception):
    """There is nothing under that name."""


class Unreadable(ValueError):
    """The bytes can never be understood, however often they are tried."""


class ServerTooOld(RuntimeError):
    """The NATS server predates what the system relies on."""


class Erased(Exception):
    """It belonged to somebody whose data was removed for good."""


class NotConfigured(ValueError):
    """Something that was asked for is not set up. The message says what to set."""
