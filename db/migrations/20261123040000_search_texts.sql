-- The texts that are searched and sorted are written by a trigger: they cost more than the rest of a job, and whoever
-- fills the table with millions brings them along.

-- migrate:up
set local lock_timeout = '5s';

alter table public.cleanings
    alter column sort_name drop expression,
    alter column search_text drop expression,
    alter column sort_area drop expression,
    -- where no trigger runs, nobody posts a job that nobody can find
    alter column sort_name set not null,
    alter column search_text set not null;
comment on column public.cleanings.sort_name is 'The name as it is sorted';
comment on column public.cleanings.search_text is 'Name and description as they are searched';

create function public.write_search_texts() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
begin
    new.sort_name := "left"(public.normal_text(new.name), 120);
    new.search_text := public.normal_text(new.name || e'\n' || coalesce(new.description, ''));
    new.sort_area := public.normal_text(new.area);
    return new;
end
$$;
comment on function public.write_search_texts() is 'Writes name, description and area as they are searched and sorted';
alter function public.write_search_texts() owner to phresh_owner;
revoke all on function public.write_search_texts() from public;

create trigger write_search_texts
before insert or update of name, description, area, sort_name, search_text, sort_area on public.cleanings
for each row execute function public.write_search_texts();

-- migrate:down
set local lock_timeout = '5s';

drop trigger write_search_texts on public.cleanings;
drop function public.write_search_texts();

-- their indexes go with the columns
alter table public.cleanings
    drop column sort_name,
    drop column search_text,
    drop column sort_area;
alter table public.cleanings
    add column sort_name text collate "C" generated always as ("left"(public.normal_text(name), 120)) stored,
    add column search_text text collate "C" generated always as (
        public.normal_text(name || e'\n' || coalesce(description, ''))
    ) stored,
    add column sort_area text collate "C" generated always as (public.normal_text(area)) stored;
comment on column public.cleanings.sort_area is 'The area as it is searched and sorted';
alter table public.cleanings alter column search_text set statistics 400;

create index cleanings_open_search on public.cleanings using gin (search_text public.gin_trgm_ops) where status = 'open';
create index cleanings_open_by_time on public.cleanings
    (created_at, id, cleaning_type, booking, price, starts_at, sort_area) where status = 'open';
create index cleanings_open_by_start on public.cleanings
    (starts_at, id, cleaning_type, booking, price, sort_area) where status = 'open';
create index cleanings_open_by_price on public.cleanings
    (price, id, cleaning_type, booking, starts_at, sort_area) where status = 'open';
create index cleanings_open_by_name on public.cleanings
    (sort_name, id, cleaning_type, booking, price, starts_at, sort_area) where status = 'open';
create index cleanings_open_by_area on public.cleanings
    (sort_area, id, cleaning_type, booking, price, starts_at) where status = 'open';
create index cleanings_open_by_owner on public.cleanings
    (owner, created_at, id, cleaning_type, booking, price, starts_at, sort_area) where status = 'open';
