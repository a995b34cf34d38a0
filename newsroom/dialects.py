"""SQL that a migration has to say twice."""

from django.db import migrations


def sql(*, sqlite, postgresql, reverse_sqlite, reverse_postgresql):
    """Return the operation that runs each list of statements on its own database."""

    def run(statements):
        def apply(apps, schema_editor):
            for statement in statements[schema_editor.connection.vendor]:
                schema_editor.execute(statement, params=None)

        return apply

    return migrations.RunPython(
        run({"sqlite": sqlite, "postgresql": postgresql}),
        run({"sqlite": reverse_sqlite, "postgresql": reverse_postgresql}),
    )
