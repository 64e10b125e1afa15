-- What a member can do to the service: time limits for each account that sign-up makes, and a reaper that ends what holds
-- the others up. A member may take the limits back, so they are for accidents; the reaper is for ill will.

-- migrate:up
set local lock_timeout = '5s';

create function public.limit_time(login text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- what a member's program needs is over in seconds
as $$
declare
    limits text[] := array[
        'idle_in_transaction_session_timeout=1min',
        'statement_timeout=2min',
        'lock_timeout=5s',
        -- a cable that was cut is noticed after two minutes instead of two hours
        'tcp_keepalives_idle=60',
        'tcp_keepalives_interval=10',
        'tcp_keepalives_count=6'
    ];
    one text;
begin
    if current_setting('server_version_num')::integer >= 170000 then
        limits := limits || 'transaction_timeout=5min'::text;
    end if;
    foreach one in array limits loop
        execute format('alter role %I set %I = %L', login, split_part(one, '=', 1), split_part(one, '=', 2));
    end loop;
end
$$;
comment on function public.limit_time(text) is 'Gives a role the time limits that every member has; a member may change them';
alter function public.limit_time(text) owner to phresh_registrar;
revoke all on function public.limit_time(text) from public;

create function public.limit_members(at_most integer default 1000) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
-- a thousand at a time: each role that is changed takes a lock until the end
as $$
declare
    member text;
    done bigint := 0;
begin
    for member in
        select r.rolname from pg_roles r
        join pg_auth_members m on m.member = r.oid
        where m.roleid = (select g.oid from pg_roles g where g.rolname = 'phresh_member') and r.rolname like 'm\_%'
            and not exists (
                select from pg_db_role_setting s
                where s.setrole = r.oid and s.setdatabase = 0
                    and array_to_string(s.setconfig, ' ') like '%idle_in_transaction_session_timeout=%'
            )
            and pg_has_role(session_user, 'phresh_owner', 'member')
        order by r.rolname
        limit limit_members.at_most
    loop
        begin
            perform public.limit_time(member);
            done := done + 1;
        exception when insufficient_privilege then
            -- a role that somebody else made is somebody else's to limit
            raise warning 'the role % has no time limits', member;
        end;
    end loop;
    return done;
end
$$;
comment on function public.limit_members(integer) is
    'For the operator: gives the time limits to members who have none, so many at most; returns how many';
alter function public.limit_members(integer) owner to phresh_registrar;
revoke all on function public.limit_members(integer) from public;
grant execute on function public.limit_members(integer) to phresh_owner;

do $$
declare
    body text := pg_catalog.pg_get_functiondef('public.sign_up(text, text)'::pg_catalog.regprocedure);
    last_step text := $step$        execute format('grant phresh_member to %I with inherit true, set false', new_login);
$step$;
begin
    if pg_catalog.strpos(body, last_step) = 0 then
        raise exception 'sign_up has another form than this migration knows';
    end if;
    -- whoever had the name in a database that was dropped may have left settings that poison the account
    execute pg_catalog.replace(body, last_step, $step$        execute format('alter role %I reset all', new_login);
        perform public.limit_time(new_login);
$step$ || last_step);
end
$$;

select public.limit_members();

create or replace function public.reap_transactions(idle_for interval default '1 minute', open_for interval default '1 hour')
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    ended bigint;
    -- asking is also what empties a full queue once nobody keeps it full any more: a notification that fails does not
    queue_usage double precision := pg_notification_queue_usage();
begin
    -- without the first nothing can be ended, and without the second nothing is seen that could be
    if not (
        pg_has_role(current_user, 'pg_signal_backend', 'usage') and pg_has_role(current_user, 'pg_read_all_stats', 'usage')
    ) then
        raise exception 'the account % may not end others'' connections', current_user using
            errcode = '42501',
            hint = format('As a superuser: grant pg_signal_backend, pg_read_all_stats to %I;', current_user);
    end if;
    select count(*) filter (where pg_terminate_backend(a.pid)) into ended
    from pg_stat_activity a
    -- in whatever database: who listens in another one keeps the queue of notifications full as well
    where a.pid <> pg_backend_pid() and a.xact_start is not null and not a.usename = current_user
        and (
            a.usename = 'phresh_guest' or a.usename like 'm\_%' and exists (
                select from pg_auth_members m
                where m.member = a.usesysid and m.roleid = (select g.oid from pg_roles g where g.rolname = 'phresh_member')
            )
        )
        and (
            a.state like 'idle in transaction%' and a.state_change < clock_timestamp() - idle_for
            -- what writes, and so holds others up, is over at once in every program that means well
            or a.backend_xid is not null and a.xact_start < clock_timestamp() - idle_for
            -- an open sign-up stops all the others
            or a.usename = 'phresh_guest' and a.xact_start < clock_timestamp() - least(idle_for, '10 seconds')
            -- who listens and stays in a transaction fills the queue of notifications, and then nobody can notify
            or queue_usage > 0.1 and a.xact_start < clock_timestamp() - idle_for
            or a.xact_start < clock_timestamp() - open_for
        );
    return ended;
end
$$;
comment on function public.reap_transactions(interval, interval) is
    'For the operator, with the rights of whoever calls: ends members'' transactions that have been idle, or have written, for the first time span, or are open for the second; returns how many';

-- migrate:down
set local lock_timeout = '5s';

create or replace function public.reap_transactions(idle_for interval default '1 minute', open_for interval default '1 hour')
returns bigint
language sql volatile
set search_path = pg_catalog, pg_temp
return (
    select pg_catalog.count(*) filter (where pg_catalog.pg_terminate_backend(a.pid))
    from pg_catalog.pg_stat_activity a
    where (a.usename like 'm\_%' or a.usename = 'phresh_guest') and a.datname = pg_catalog.current_database()
        and (
            (
                a.state in ('idle in transaction', 'idle in transaction (aborted)')
                and a.state_change < pg_catalog.clock_timestamp() - idle_for
            )
            or a.xact_start < pg_catalog.clock_timestamp() - open_for
        )
);
comment on function public.reap_transactions(interval, interval) is
    'For the operator, with the rights of whoever calls: ends members'' transactions that have been idle, or open, for too long; returns how many';

do $$
declare
    body text := pg_catalog.pg_get_functiondef('public.sign_up(text, text)'::pg_catalog.regprocedure);
begin
    execute pg_catalog.replace(body, $step$        execute format('alter role %I reset all', new_login);
        perform public.limit_time(new_login);
$step$, '');
end
$$;

-- the limits themselves stay with the roles, which belong to the server and not to this database
drop function public.limit_members(integer);
drop function public.limit_time(text);
