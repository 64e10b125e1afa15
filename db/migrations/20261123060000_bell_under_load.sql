-- While something is changed all the time, the bell is rung twice in a second and not four times: each ring wakes every
-- program that listens.

-- migrate:up
set local lock_timeout = '5s';

alter table public.bell add column quiet interval not null default '250 milliseconds';
comment on column public.bell.quiet is 'From the beginning of the bucket on, nobody rings again for so long';
comment on table public.bell is 'When the bell was rung, by the quarter of a second, and for how long; the last minute';

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

-- migrate:down
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

comment on table public.bell is 'When the bell was rung, by the quarter of a second; the last minute';
alter table public.bell drop column quiet;
