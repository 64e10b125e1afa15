-- The bell: whoever commits the first change in a quarter of a second tells all programs to look again.

-- migrate:up
set local lock_timeout = '5s';

-- in which quarters of a second it was rung. Not logged: after a crash it is empty, and so it may be.
create unlogged table public.bell (
    bucket timestamptz not null
);
comment on table public.bell is 'When the bell was rung, by the quarter of a second; the last minute';
create index bell_by_bucket on public.bell (bucket);

create function public.ring_bell() returns trigger
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
comment on function public.ring_bell() is 'Notifies the channel phresh, once in a quarter of a second, that something has changed';

alter table public.bell owner to phresh_owner;
alter function public.ring_bell() owner to phresh_owner;
revoke all on function public.ring_bell() from public;

-- Every function that members write with keeps its answer here. No rule depends on it, so it may be a trigger; deferred,
-- for the moment of the commit is what counts, whenever the transaction began.
create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (new.move not in ('mark_read', 'mark_all_read'))
execute function public.ring_bell();

-- migrate:down
set local lock_timeout = '5s';

drop trigger ring_bell on public.requests;
drop function public.ring_bell();
drop table public.bell;
