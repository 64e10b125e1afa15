-- The roles behind the members. They belong to the server, not to this database, so making them is idempotent
-- and going down leaves them: one server holds one phresh.

-- migrate:up
set local lock_timeout = '5s';

do $$
declare
    missing text;
begin
    foreach missing in array array['phresh_owner', 'phresh_member', 'phresh_registrar'] loop
        -- two databases may be set up at once: the loser finds the role there
        begin
            if not exists (select from pg_catalog.pg_roles where rolname = missing) then
                execute pg_catalog.format('create role %I nologin', missing);
            end if;
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
end
$$;

-- the account that migrates owns nothing itself: a function that runs with the rights of a superuser would be a hole
grant phresh_owner to current_user with inherit true, set true;
grant phresh_registrar to current_user with inherit true, set true;

-- the registrar makes the members' roles and can hand on membership, but neither use it nor become a member
alter role phresh_registrar createrole;
grant phresh_member to phresh_registrar with admin true, inherit false, set false;

-- nobody but the owner puts anything into the schema, and only members and the door may connect at all
revoke create on schema public from public;
grant usage, create on schema public to phresh_owner;
grant create on schema public to phresh_registrar;
grant usage on schema public to phresh_member, phresh_registrar;

do $$
begin
    execute pg_catalog.format('revoke temporary, connect on database %I from public', pg_catalog.current_database());
    execute pg_catalog.format('grant connect on database %I to phresh_member', pg_catalog.current_database());
end
$$;

-- Grants on functions hold for one database only: what is closed to members here would be open to them next door, the
-- lock that dbmate takes included. Only a superuser or the owner of those databases can close them.
do $$
declare
    other text;
begin
    for other in
        select datname from pg_catalog.pg_database
        where datname in ('postgres', 'template1') and datname <> pg_catalog.current_database()
    loop
        begin
            execute pg_catalog.format('revoke temporary, connect on database %I from public', other);
            -- dbmate asks there whether the market's database exists
            execute pg_catalog.format('grant connect on database %I to phresh_owner', other);
        exception when insufficient_privilege then
            null;
        end;
        if pg_catalog.has_database_privilege('public', other, 'connect') then
            raise warning 'members may connect to the database %', other
                using hint = pg_catalog.format('As a superuser: revoke temporary, connect on database %I from public;', other);
        end if;
    end loop;
end
$$;

-- What a member could fill the disk with, or stop others with: large objects, advisory locks (dbmate's is one) and
-- transaction ids. Every function of these names, whatever this version of PostgreSQL has; unlocking is harmless, and
-- drivers do it. Only a superuser can close them.
do $$
declare
    open_to_all regprocedure;
begin
    for open_to_all in
        select p.oid::regprocedure from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and (
                p.proname ~ '^(lo_.*|loread|lowrite|pg_current_xact_id|txid_current|pg_logical_emit_message)$'
                or (p.proname ~ 'advisory' and p.proname !~ 'unlock')
            )
            and pg_catalog.has_function_privilege('public', p.oid, 'execute')
    loop
        begin
            execute pg_catalog.format('revoke execute on function %s from public', open_to_all);
            execute pg_catalog.format('grant execute on function %s to phresh_owner', open_to_all);
        exception when insufficient_privilege then
            raise warning 'members may call %', open_to_all
                using hint = pg_catalog.format('As a superuser: revoke execute on function %s from public;', open_to_all);
        end;
    end loop;
end
$$;

-- a member's program reads which migrations are in place before it starts
grant select on public.schema_migrations to phresh_member;

-- migrate:down
set local lock_timeout = '5s';

revoke select on public.schema_migrations from phresh_member;

do $$
declare
    closed regprocedure;
begin
    for closed in
        select p.oid::regprocedure from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and pg_catalog.aclcontains(p.proacl, pg_catalog.makeaclitem(
                'phresh_owner'::regrole, p.proowner, 'execute', false
            ))
    loop
        begin
            execute pg_catalog.format('revoke execute on function %s from phresh_owner', closed);
            execute pg_catalog.format('grant execute on function %s to public', closed);
        exception when insufficient_privilege then
            null;
        end;
    end loop;
end
$$;

do $$
declare
    other text;
begin
    for other in
        select datname from pg_catalog.pg_database
        where datname in ('postgres', 'template1') and datname <> pg_catalog.current_database()
    loop
        begin
            execute pg_catalog.format('revoke connect on database %I from phresh_owner', other);
            execute pg_catalog.format('grant temporary, connect on database %I to public', other);
        exception when insufficient_privilege then
            null;
        end;
    end loop;
    execute pg_catalog.format('revoke connect on database %I from phresh_member', pg_catalog.current_database());
    execute pg_catalog.format('grant temporary, connect on database %I to public', pg_catalog.current_database());
end
$$;

revoke usage on schema public from phresh_member, phresh_registrar;
revoke create on schema public from phresh_registrar;
revoke usage, create on schema public from phresh_owner;
