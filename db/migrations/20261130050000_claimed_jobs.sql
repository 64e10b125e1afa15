-- One index less is written with each claim: the agenda finds its days among what a member has claimed.

-- migrate:up
set local lock_timeout = '5s';

-- a member has claimed thousands at the most, and those of other days are passed over in the index
drop index public.cleanings_by_claimer_start;
drop index public.cleanings_by_claimer;
create index cleanings_by_claimer on public.cleanings (claimed_by, updated_at, id, starts_at) where claimed_by is not null;

-- migrate:down
set local lock_timeout = '5s';

drop index public.cleanings_by_claimer;
create index cleanings_by_claimer on public.cleanings (claimed_by, updated_at, id) where claimed_by is not null;
create index cleanings_by_claimer_start on public.cleanings (claimed_by, starts_at, id)
    where claimed_by is not null and starts_at is not null;
