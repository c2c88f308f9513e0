"""What `groove rebuild` is told by its environment."""

from pydantic import SecretStr

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    postgres_url: SecretStr
    """`postgresql://user:password@host:port/database`."""
