"""Everything that knows PostgreSQL: the embedded server, migrations, connections, accounts and jobs."""
