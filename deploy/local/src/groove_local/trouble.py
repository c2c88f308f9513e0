"""What can go wrong here, in words for the person at the keyboard."""

from dataclasses import dataclass


@dataclass
class CannotStart(Exception):
    """Something did not start: which, why, and what to do about it."""

    what: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} did not start.\n  why:  {self.why}\n  do:   {self.remedy}"

    def facts(self) -> dict[str, str]:
        return {"what": self.what, "why": self.why, "remedy": self.remedy}
