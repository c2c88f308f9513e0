"""What the tables of schema `views` have in common."""

from sqlalchemy import DateTime, MetaData

metadata = MetaData(schema="views")
TIME = DateTime(timezone=True)
