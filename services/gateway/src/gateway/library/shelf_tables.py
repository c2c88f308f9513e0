"""Which installation this is: object storage may be shared by mistake, and is then not tidied up."""

from sqlalchemy import Column, Table, Text

from gateway.library.tables import metadata

installation = Table("installation", metadata, Column("id", Text, primary_key=True))
