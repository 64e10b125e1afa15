-- Signing up. Members are roles of the server: PostgreSQL checks their passwords, this program never sees one.

-- migrate:up
set local lock_timeout = '5s';

create function public.is_vacant(login text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
-- A role outlives the database that it was made for. It may be taken over when sign_up made it (its comment says for
-- which database, and only the registrar or a superuser can write that), that database is gone, and the role can do
-- nothing but what any member can: nobody inherits more by signing up with an old handle.
return exists (
    select from pg_roles r
    where r.rolname = is_vacant.login
        and r.rolcanlogin
        and not (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls)
        and shobj_description(r.oid, 'pg_authid') ~ '^phresh (sample )?member of database [0-9]+$'
        and not exists (
            select from pg_database d
            where d.oid::text = substring(shobj_description(r.oid, 'pg_authid') from '[0-9]+$')
                and d.datname <> current_database()
        )
        and not exists (
            select from pg_auth_members m
            where m.member = r.oid and m.roleid <> (select g.oid from pg_roles g where g.rolname = 'phresh_member')
        )
        -- owns nothing and was granted nothing by name, in whatever database
        and not exists (
            select from pg_shdepend s
            where s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid and s.dbid <> 0
        )
);
comment on function public.is_vacant(text) is 'Whether a role is the leftover of a database that was dropped, free for a new member';

create function public.sign_up(handle text, verifier text) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
-- the registrar must not become a member of the roles that it makes
set createrole_self_grant = ''
as $$
declare
    new_login text := 'm_' || handle;
    -- the embedded server and the operator make members without a password
    by_operator boolean := pg_has_role(session_user, 'phresh_owner', 'member');
begin
    if handle is null or handle !~ '^[a-z][a-z0-9_]{2,30}$' then
        raise exception 'this handle has another form than a handle may have' using
            errcode = 'PH008',
            column = 'handle',
            hint = 'A handle has 3 to 31 characters: a letter first, then letters, digits and underscores, all in lower case.';
    end if;
    if not by_operator and not exists (
        select from public.market_settings where name = 'sign_up' and value = 'open'
    ) then
        raise exception 'sign-up is closed' using
            errcode = 'PH010',
            hint = 'Ask the operator of this market for an account.';
    end if;
    if handle = 'phresh' then
        raise exception 'the handle % is taken', handle using errcode = 'PH009', hint = 'Choose another one.';
    end if;
    if verifier is null then
        if not by_operator then
            raise exception 'a password is needed' using errcode = 'PH012', column = 'password';
        end if;
    -- whatever the server does not take for a verifier it would take for a password, and hash
    elsif verifier !~ ('^SCRAM-SHA-256\$4096:(?:[A-Za-z0-9+/]{4}){5,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'
        || '\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$') then
        raise exception 'the password must come as a SCRAM-SHA-256 verifier of 4096 iterations'
            using errcode = 'PH012', column = 'password';
    end if;
    -- the row comes first: it holds the name, also against somebody who signs up with it at this moment
    insert into public.members (login) values (new_login) on conflict do nothing;
    if not found then
        raise exception 'the handle % is taken', handle using errcode = 'PH009', hint = 'Choose another one.';
    end if;
    begin
        if not exists (select from pg_roles where rolname = new_login) then
            execute format('create role %I login connection limit 6', new_login);
        elsif not public.is_vacant(new_login) then
            raise insufficient_privilege;
        end if;
        execute format(
            'comment on role %I is %L',
            new_login,
            'phresh member of database ' || (select oid from pg_database where datname = current_database())
        );
        -- a password of the one who had the role before opens nothing any more
        execute format('alter role %I connection limit 6 password %L', new_login, verifier);
        execute format('grant phresh_member to %I with inherit true, set false', new_login);
    exception when insufficient_privilege or duplicate_object or unique_violation then
        raise exception 'the handle % is taken', handle using errcode = 'PH009', hint = 'Choose another one.';
    end;
    return new_login;
end
$$;
comment on function public.sign_up(text, text) is
    'Makes a member: handle, and a SCRAM-SHA-256 verifier (null: without a password, for operators only). Returns the login';

alter function public.is_vacant(text) owner to phresh_registrar;
revoke all on function public.is_vacant(text) from public;
alter function public.sign_up(text, text) owner to phresh_registrar;
revoke all on function public.sign_up(text, text) from public;
grant execute on function public.sign_up(text, text) to phresh_owner;

-- migrate:down
set local lock_timeout = '5s';

drop function public.sign_up(text, text);
drop function public.is_vacant(text);
