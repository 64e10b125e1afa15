-- What a member has claimed, by when it starts: the agenda.

-- migrate:up
set local lock_timeout = '5s';

create index cleanings_by_claimer_start on public.cleanings (claimed_by, starts_at, id)
    where claimed_by is not null and starts_at is not null;

-- migrate:down
set local lock_timeout = '5s';

drop index public.cleanings_by_claimer_start;
