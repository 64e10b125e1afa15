-- Signing up. Members are roles of the server: PostgreSQL checks their passwords, this program never sees one.

-- migrate:up
set local lock_timeout = '5s';

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
            hint = 'A handle has 3 to 31 characters: a letter first, then letters, digits and underscores, all in lower case.';
    end if;
    if handle = 'phresh' then
        raise exception 'the handle % is taken', handle using errcode = 'PH009', hint = 'Choose another one.';
    end if;
    if not by_operator and not exists (
        select from public.market_settings where name = 'sign_up' and value = 'open'
    ) then
        raise exception 'sign-up is closed' using
            errcode = 'PH010',
            hint = 'Ask the operator of this market for an account.';
    end if;
    if verifier is null then
        if not by_operator then
            raise exception 'a password is needed' using errcode = 'PH012';
        end if;
    elsif verifier !~ '^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22,88}={0,2}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$' then
        raise exception 'the password must come as a SCRAM-SHA-256 verifier of 4096 iterations' using errcode = 'PH012';
    end if;
    -- the row comes first: it holds the name, also against somebody who signs up with it at this moment
    insert into public.members (login) values (new_login) on conflict do nothing;
    if not found then
        raise exception 'the handle % is taken', handle using errcode = 'PH009', hint = 'Choose another one.';
    end if;
    -- A database that was dropped and made again finds the roles of its members still there, and takes them over. The
    -- registrar may do so with the roles that it made itself, and with no others.
    begin
        if not exists (select from pg_roles where rolname = new_login) then
            execute format('create role %I login connection limit 6', new_login);
        end if;
        if verifier is not null then
            execute format('alter role %I password %L', new_login, verifier);
        end if;
        execute format('grant phresh_member to %I with inherit true, set false', new_login);
    exception when insufficient_privilege or duplicate_object then
        raise exception 'the handle % is taken', handle using errcode = 'PH009', hint = 'Choose another one.';
    end;
    return new_login;
end
$$;
comment on function public.sign_up(text, text) is
    'Makes a member: handle, and a SCRAM-SHA-256 verifier (null: without a password, for operators only). Returns the login';

alter function public.sign_up(text, text) owner to phresh_registrar;
revoke all on function public.sign_up(text, text) from public;
grant execute on function public.sign_up(text, text) to phresh_owner;

-- migrate:down
set local lock_timeout = '5s';

drop function public.sign_up(text, text);
