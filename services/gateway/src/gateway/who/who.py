"""Everything about people, put together."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library.members import Members
from gateway.library.people import People
from gateway.library.projects import Projects
from gateway.settings import Settings
from gateway.users import DEFAULT_PROJECT, DEFAULT_PROJECT_NAME, LOCAL_USER
from gateway.who.access import Access
from gateway.who.sessions import Sessions
from gateway.who.signin import SignIn
from gateway.who.tokens import Issuer, Tokens
from kit.clock import Clock


@dataclass(frozen=True)
class Who:
    people: People
    members: Members
    access: Access
    signin: SignIn


async def gathered(settings: Settings, engine: AsyncEngine, projects: Projects, clock: Clock) -> Who:
    """With the local user, who is everybody where nobody signs in."""
    people, members = People(engine, clock), Members(engine, clock)
    await people.add(LOCAL_USER, "Local user", admin=True)
    await projects.create(LOCAL_USER, DEFAULT_PROJECT, DEFAULT_PROJECT_NAME, {}, {})
    given = settings.session_secret
    secret = given.get_secret_value().encode() if given else await people.secret("session")
    tokens = None
    if settings.oidc_issuer and settings.oidc_audience:
        tokens = Tokens(Issuer(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url), clock)
    signin = SignIn(people, projects, Sessions(secret, clock), tokens, clock, required=settings.must_sign_in)
    return Who(people, members, Access(engine, members), signin)
