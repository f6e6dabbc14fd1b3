"""Lakes as earlier setwrights made them: the tables from DDL that was kept, filled from a lake of today."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, MetaData, insert, select

from setwright.lake import schema
from setwright.lake.lake import Lake

RELEASED = Path(__file__).with_name("released")


def make_older(folder: Path, version: int = 1) -> None:
    """Make the catalogue of the lake in `folder` one of that version, with the rows that it has."""
    with Lake.open(folder) as lake:
        catalogue = lake._catalogue
        with catalogue.writing() as connection:
            rows = {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in schema.tables.sorted_tables
            }
            for table in reversed(schema.tables.sorted_tables):
                table.drop(connection)
            dialect = connection.dialect.name
            ddl = (RELEASED / f"schema-{version}-{dialect}.sql").read_text(encoding="utf-8")
            for statement in filter(str.strip, ddl.split(";\n")):
                connection.exec_driver_sql(statement.replace("%", "%%"))
            _fill(connection, rows)
            connection.exec_driver_sql(
                f"UPDATE properties SET value = '{version}' WHERE name = 'schema_version'"
            )


def _fill(connection: Connection, rows: dict[str, list[dict[str, object]]]) -> None:
    old = MetaData()
    old.reflect(connection)
    for table in old.sorted_tables:
        present = schema.tables.tables[table.name]
        columns = [column.name for column in table.columns]
        if rows[table.name]:
            # By today's types, for those that are reflected know nothing of time zones.
            connection.execute(
                insert(present).values(dict.fromkeys(columns)),
                [{name: row[name] for name in columns} for row in rows[table.name]],
            )
