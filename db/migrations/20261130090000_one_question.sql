-- Whether the bell may have to be rung is asked in one comparison with each move: each more costs a claim as much as a call.

-- migrate:up
set local lock_timeout = '5s';

create or replace function public.ring_bell() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    this timestamptz := date_bin('250 milliseconds', clock_timestamp(), 'epoch');
    quiet interval := '250 milliseconds';
begin
    -- these concern nobody else
    if new.move in ('mark_read', 'mark_all_read') then
        return null;
    end if;
    -- what this session has seen already it need not look up again: that would be a twentieth of a claim
    if current_setting('phresh.rung', true) = this::text then
        return null;
    end if;
    -- only a ring that is committed keeps the next one quiet, and nothing here waits
    if exists (
        select from public.bell b
        where b.bucket > this - interval '500 milliseconds' and b.bucket <= this and b.bucket + b.quiet > this
    ) then
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
    if exists (
        select from public.bell b
        where b.bucket > this - interval '500 milliseconds' and b.bucket <= this and b.bucket + b.quiet > this
    ) then
        return null;
    end if;
    -- a queue that is full would make the commit of whoever rings fail
    if pg_notification_queue_usage() > 0.5 then
        return null;
    end if;
    -- After a second in which it was rung whenever that was possible, this ring holds twice as long.
    if interval '750 milliseconds' <= (
        select sum(rung.quiet) from (
            select max(b.quiet) as quiet from public.bell b
            where b.bucket >= this - interval '1 second' and b.bucket < this
            group by b.bucket
        ) rung
    ) then
        quiet := '500 milliseconds';
    end if;
    insert into public.bell (bucket, quiet) values (this, quiet);
    delete from public.bell b where b.ctid = any (array(
        select past.ctid from public.bell past where past.bucket < this - interval '1 minute' for update skip locked
    ));
    -- Anybody may notify, so there is nothing in it that could be believed: only when it pays to look once more.
    perform pg_notify('phresh', case when quiet > '250 milliseconds' then '500' else '' end);
    return null;
end
$$;

drop trigger ring_bell on public.requests;
drop function public.bell_is_due(text);

-- A condition that is written out is read, planned and prepared anew for each row. This is done once in a session. No
-- `set search_path`, which would cost as much again: every name here has its schema.
create function public.bell_is_due() returns boolean
language plpgsql volatile
as $$
begin
    -- It is asked when the row is written, and the bell is rung at the commit: so this spares the ring of a transaction
    -- that will be over at once, as those of a program are.
    return pg_catalog.current_setting('phresh.rung', true) is distinct from
        pg_catalog.date_bin('250 milliseconds', pg_catalog.clock_timestamp(), 'epoch')::pg_catalog.text;
end
$$;
comment on function public.bell_is_due() is 'Whether a move may have to ring the bell, as far as this session knows';
alter function public.bell_is_due() owner to phresh_owner;
revoke all on function public.bell_is_due() from public;

create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (public.bell_is_due())
execute function public.ring_bell();

-- migrate:down
set local lock_timeout = '5s';

drop trigger ring_bell on public.requests;
drop function public.bell_is_due();

create or replace function public.ring_bell() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    this timestamptz := date_bin('250 milliseconds', clock_timestamp(), 'epoch');
    quiet interval := '250 milliseconds';
begin
    -- what this session has seen already it need not look up again: that would be a twentieth of a claim
    if current_setting('phresh.rung', true) = this::text then
        return null;
    end if;
    -- only a ring that is committed keeps the next one quiet, and nothing here waits
    if exists (
        select from public.bell b
        where b.bucket > this - interval '500 milliseconds' and b.bucket <= this and b.bucket + b.quiet > this
    ) then
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
    if exists (
        select from public.bell b
        where b.bucket > this - interval '500 milliseconds' and b.bucket <= this and b.bucket + b.quiet > this
    ) then
        return null;
    end if;
    -- a queue that is full would make the commit of whoever rings fail
    if pg_notification_queue_usage() > 0.5 then
        return null;
    end if;
    -- After a second in which it was rung whenever that was possible, this ring holds twice as long.
    if interval '750 milliseconds' <= (
        select sum(rung.quiet) from (
            select max(b.quiet) as quiet from public.bell b
            where b.bucket >= this - interval '1 second' and b.bucket < this
            group by b.bucket
        ) rung
    ) then
        quiet := '500 milliseconds';
    end if;
    insert into public.bell (bucket, quiet) values (this, quiet);
    delete from public.bell b where b.ctid = any (array(
        select past.ctid from public.bell past where past.bucket < this - interval '1 minute' for update skip locked
    ));
    -- Anybody may notify, so there is nothing in it that could be believed: only when it pays to look once more.
    perform pg_notify('phresh', case when quiet > '250 milliseconds' then '500' else '' end);
    return null;
end
$$;

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

create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (public.bell_is_due(new.move))
execute function public.ring_bell();
