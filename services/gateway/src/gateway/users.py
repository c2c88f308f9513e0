"""Who is asking. Until accounts exist there is one local user, and only this machine may ask."""

from contracts.base import ProjectId, UserId

LOCAL_USER = UserId("local")
DEFAULT_PROJECT = ProjectId("default")
DEFAULT_PROJECT_NAME = "My project"
