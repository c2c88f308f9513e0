"""All that characters are looked after with."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.subjects import Subjects
from gateway.casting import Casting
from gateway.faces import Faces
from gateway.views.read_characters import Characters
from kit.clock import Clock
from kit.log import Log


@dataclass(frozen=True)
class Cast:
    find: Characters
    casting: Casting
    faces: Faces


def cast_of(engine: AsyncEngine, log: Log, subjects: Subjects, faces: Faces, clock: Clock) -> Cast:
    return Cast(Characters(engine), Casting(log, subjects, clock), faces)
