-- The bell costs a claim less: whoever has rung it in this quarter of a second does not even reach for it.

-- migrate:up
set local lock_timeout = '5s';

-- The condition is looked at when the row is written, and the function only runs at the commit. So it may spare the ring
-- only of a transaction that has just begun and will be over at once, as those of a program are. Whoever keeps one open
-- all the same, and has rung within the same quarter of a second before, is heard of by the next ring or the poll.
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

-- migrate:down
set local lock_timeout = '5s';

drop trigger ring_bell on public.requests;
create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (new.move not in ('mark_read', 'mark_all_read'))
execute function public.ring_bell();
