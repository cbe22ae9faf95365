"""Tables whose rows are never changed nor removed: the database itself refuses, whoever asks.

For migrations only: the triggers are written for the database that the migration runs on.
"""

from alembic import op

_FUNCTION = "refuse_change"


def protect(*tables: str) -> None:
    """Make the database refuse to change, remove or truncate rows of `tables`."""
    if _on_postgresql():
        op.execute(
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in tables:
        for act in _acts():
            name = _trigger(table, act)
            if _on_postgresql():
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )


def release(*tables: str) -> None:
    """Take the protection of `tables` away, before a downgrade drops them."""
    for table in tables:
        for act in _acts():
            op.execute(f"DROP TRIGGER {_trigger(table, act)}{f' ON {table}' if _on_postgresql() else ''}")


def _acts() -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if _on_postgresql() else ("UPDATE", "DELETE")


def _trigger(table: str, act: str) -> str:
    return f"{table}_no_{act.lower()}"


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
