-- What the operator runs now and then.

-- migrate:up
set local lock_timeout = '5s';

create function public.clean_requests(older_than interval default '30 days') returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    removed bigint;
begin
    if older_than is null or older_than < interval '1 day' then
        raise exception 'answers are kept for a day at least' using errcode = 'PH001', column = 'older_than';
    end if;
    delete from public.requests where answered_at < now() - older_than;
    get diagnostics removed = row_count;
    return removed;
end
$$;
comment on function public.clean_requests(interval) is
    'For the operator: forgets answers to requests that are older (30 days unless said otherwise); returns how many';

create function public.reap_transactions(idle_for interval default '1 minute', open_for interval default '1 hour')
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
            -- whoever asks something now and then is never idle for long
            or a.xact_start < pg_catalog.clock_timestamp() - open_for
        )
);
comment on function public.reap_transactions(interval, interval) is
    'For the operator, with the rights of whoever calls: ends members'' transactions that have been idle, or open, for too long; returns how many';

-- owner, and who may call: in the same transaction, so that no moment exists in which everybody may
do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'clean_requests',
        'reap_transactions'
        ])
    loop
        execute pg_catalog.format('alter function %s owner to phresh_owner', target);
        execute pg_catalog.format('revoke all on function %s from public', target);
    end loop;
end
$$;

-- migrate:down
set local lock_timeout = '5s';

do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'clean_requests',
        'reap_transactions'
        ])
    loop
        execute pg_catalog.format('drop function %s', target);
    end loop;
end
$$;
