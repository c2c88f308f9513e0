"""Everything a request may need, put together once by main."""

from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.models import ModelBook
from contracts.subjects import Subjects
from gateway.cast import Cast
from gateway.commands import Commands
from gateway.erasing import Eraser
from gateway.estimates import Estimates
from gateway.library.accounts import ProviderAccounts
from gateway.library.acts import Acts
from gateway.library.answers import Answers
from gateway.library.projects import Projects
from gateway.library.uploads import Uploads
from gateway.limits.bounds import Bounds
from gateway.limits.limiter import Limiter
from gateway.live.heard import Heard
from gateway.live.hub import Hub
from gateway.metrics import Metrics
from gateway.money import Money
from gateway.redriving import Redriver
from gateway.shelf import Shelf
from gateway.views.folder import Folder
from gateway.views.history import History
from gateway.views.read_assets import Assets
from gateway.views.read_audit import Audit
from gateway.views.read_doubts import Doubts
from gateway.views.read_generations import Generations
from gateway.views.read_graphs import Graphs
from gateway.views.read_jobs import Jobs
from gateway.views.read_runs import Runs
from gateway.views.waiting import Tide
from gateway.webhooks.hooks import Hooks
from gateway.who.who import Who
from kit.clock import Clock
from kit.confined import Screening
from kit.log import Log
from kit.media import Limits
from kit.objects import Objects
from kit.parts import Parts
from kit.readiness import Readiness


@dataclass(frozen=True)
class Desk:
    subjects: Subjects
    log: Log
    book: Callable[[], ModelBook]
    commands: Commands
    graphs: Graphs
    runs: Runs
    assets: Assets
    shelf: Shelf
    cast: Cast
    history: History
    doubts: Doubts
    jobs: Jobs
    generations: Generations
    redriver: Redriver
    projects: Projects
    answers: Answers
    acts: Acts
    eraser: Eraser
    accounts: ProviderAccounts
    limiter: Limiter
    audit: Audit
    uploads: Uploads
    objects: Objects
    parts: Parts
    hub: Hub
    tide: Tide
    folder: Folder
    readiness: Readiness
    metrics: Metrics
    clock: Clock
    estimates: Estimates
    hooks: Hooks
    money: Money
    who: Who
    bounds: Bounds = field(default_factory=Bounds)
    limits: Limits = field(default_factory=Limits)
    screening: Screening = field(default_factory=Screening)
    heard: Heard = field(default_factory=Heard)
