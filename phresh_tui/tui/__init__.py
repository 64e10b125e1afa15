"""The screens. They speak to the database modules only, and never to PostgreSQL itself."""
