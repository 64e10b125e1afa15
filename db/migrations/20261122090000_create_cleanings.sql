-- The table that phresh grew from, unchanged: five columns, in this order.

-- migrate:up
set local lock_timeout = '5s';

create table public.cleanings (
    id serial primary key,
    name text not null,
    description text,
    cleaning_type text not null default 'spot_clean',
    price numeric(10, 2) not null
);

create index ix_cleanings_name on public.cleanings (name);

-- migrate:down
set local lock_timeout = '5s';

drop table public.cleanings;
