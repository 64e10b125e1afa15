-- The bell is rung once in a quarter of a second, where whoever was about to commit at its beginning made it twice; and
-- whether it is due is asked of a function.

-- migrate:up
set local lock_timeout = '5s';

create or replace function public.ring_bell() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    this timestamptz := date_bin('250 milliseconds', clock_timestamp(), 'epoch');
begin
    -- what this session has seen already it need not look up again: that would be a twentieth of a claim
    if current_setting('phresh.rung', true) = this::text then
        return null;
    end if;
    -- only a ring that is committed keeps the next one quiet, and nothing here waits
    if exists (select from public.bell b where b.bucket = this) then
        perform set_config('phresh.rung', this::text, false);
        return null;
    end if;
    declare
        -- of the transaction's start, so that one that is kept open holds a lock of the past. Those that have just begun
        -- share that of now: one from the end of the last quarter would ring beside the first one of this.
        since bigint := floor(4 * extract(epoch from case
            when clock_timestamp() - now() < interval '50 milliseconds' then this else now() end));
    begin
        -- Rings that are not committed yet are four at the most, each for a share of the members that is drawn anew for
        -- each bucket: those that notify commit one after the other, so sixty at once would take longer than a bucket.
        if not pg_try_advisory_xact_lock(
            (since % 2147483647)::integer, (hashtextextended(session_user, since) & 3)::integer
        ) then
            return null;
        end if;
    end;
    -- whoever held the lock until now may have rung after the look above
    if exists (select from public.bell b where b.bucket = this) then
        return null;
    end if;
    -- a queue that is full would make the commit of whoever rings fail
    if pg_notification_queue_usage() > 0.5 then
        return null;
    end if;
    insert into public.bell (bucket) values (this);
    delete from public.bell b where b.ctid = any (array(
        select past.ctid from public.bell past where past.bucket < this - interval '1 minute' for update skip locked
    ));
    -- anybody may notify, so there is nothing in it that could be believed
    perform pg_notify('phresh', '');
    return null;
end
$$;

-- A condition that is written out is read, planned and prepared anew for each row: 7 µs of a claim. This is done once
-- in a session, so it costs 2. No `set search_path`, which would cost as much again: every name here has its schema.
create function public.bell_is_due(move text) returns boolean
language plpgsql volatile
as $$
begin
    -- The condition is looked at when the row is written, and the bell is rung at the commit: so it may spare the ring only
    -- of a transaction that has just begun and will be over at once, as those of a program are.
    return move operator(pg_catalog.<>) all ('{mark_read,mark_all_read}'::pg_catalog.text[]) and (
        pg_catalog.current_setting('phresh.rung', true) is distinct from
            pg_catalog.date_bin('250 milliseconds', pg_catalog.clock_timestamp(), 'epoch')::pg_catalog.text
        or pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.now()
            operator(pg_catalog.>) '50 milliseconds'::pg_catalog.interval
    );
end
$$;
comment on function public.bell_is_due(text) is 'Whether a move may have to ring the bell, as far as this session knows';
alter function public.bell_is_due(text) owner to phresh_owner;
revoke all on function public.bell_is_due(text) from public;

drop trigger ring_bell on public.requests;
create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (public.bell_is_due(new.move))
execute function public.ring_bell();

-- migrate:down
set local lock_timeout = '5s';

drop trigger ring_bell on public.requests;
create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (
    new.move not in ('mark_read', 'mark_all_read')
    and (
        pg_catalog.current_setting('phresh.rung', true) is distinct from
            pg_catalog.date_bin('250 milliseconds', pg_catalog.clock_timestamp(), 'epoch')::text
        or pg_catalog.clock_timestamp() - pg_catalog.now() > interval '50 milliseconds'
    )
)
execute function public.ring_bell();
drop function public.bell_is_due(text);

create or replace function public.ring_bell() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    this timestamptz := date_bin('250 milliseconds', clock_timestamp(), 'epoch');
begin
    -- what this session has seen already it need not look up again: that would be a twentieth of a claim
    if current_setting('phresh.rung', true) = this::text then
        return null;
    end if;
    -- only a ring that is committed keeps the next one quiet, and nothing here waits
    if exists (select from public.bell b where b.bucket = this) then
        perform set_config('phresh.rung', this::text, false);
        return null;
    end if;
    declare
        -- of the transaction's start, so that one that is kept open holds a lock of the past
        since bigint := floor(extract(epoch from now()) * 4);
    begin
        -- Rings that are not committed yet are four at the most, each for a share of the members that is drawn anew for
        -- each bucket: those that notify commit one after the other, so sixty at once would take longer than a bucket.
        if not pg_try_advisory_xact_lock(
            (since % 2147483647)::integer, (hashtextextended(session_user, since) & 3)::integer
        ) then
            return null;
        end if;
    end;
    -- whoever held the lock until now may have rung after the look above
    if exists (select from public.bell b where b.bucket = this) then
        return null;
    end if;
    -- a queue that is full would make the commit of whoever rings fail
    if pg_notification_queue_usage() > 0.5 then
        return null;
    end if;
    insert into public.bell (bucket) values (this);
    delete from public.bell b where b.ctid = any (array(
        select past.ctid from public.bell past where past.bucket < this - interval '1 minute' for update skip locked
    ));
    -- anybody may notify, so there is nothing in it that could be believed
    perform pg_notify('phresh', '');
    return null;
end
$$;
