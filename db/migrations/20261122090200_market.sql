-- Who posted a job, what became of it, and the rules that hold whoever writes.

-- migrate:up
set local lock_timeout = '5s';

-- text as people search for it: lower case, without accents. The builtin collation of version 17 folds every letter
-- whatever the database's locale is; version 16 folds by the locale of the database.
do $$
begin
    execute pg_catalog.format(
        $sql$
        create function public.normal_text(value text) returns text
        language sql immutable strict parallel safe
        return pg_catalog.lower(
            pg_catalog.regexp_replace(normalize(value, nfd), '[\u0300-\u036f]', '', 'g') collate %s
        )
        $sql$,
        case when exists (select from pg_catalog.pg_collation where collname = 'pg_c_utf8')
            then 'pg_catalog.pg_c_utf8' else 'pg_catalog."default"' end
    );
end
$$;
comment on function public.normal_text(text) is 'Text as it is searched and sorted: lower case, without accents';

-- an operator may have put the extension elsewhere; it is used by operator class only
create extension if not exists pg_trgm with schema public;

-- the operator's settings, seen by everybody
create table public.market_settings (
    name text collate "C" primary key,
    value text not null,
    constraint market_settings_known check (
        (name = 'currency' and value ~ '^[A-Z]{3}$')
        or (name = 'sign_up' and value in ('open', 'closed'))
    )
);
comment on table public.market_settings is 'What the operator has set for all members: currency, sign_up';
insert into public.market_settings (name, value) values ('currency', 'USD'), ('sign_up', 'open');

create table public.members (
    login text collate "C" primary key,
    joined_at timestamptz not null default pg_catalog.now(),
    left_at timestamptz,
    constraint members_login_form check (login ~ '^m_[a-z][a-z0-9_]{2,30}$')
);
comment on table public.members is 'One row for each role that is or was a member; a name is never given twice';

-- which request of whom was answered with what, so that asking twice does a thing once
create table public.requests (
    login text collate "C" not null,
    request_id uuid not null,
    move text not null,
    arguments_hash bytea not null,
    answer jsonb not null,
    answered_at timestamptz not null default pg_catalog.now(),
    primary key (login, request_id)
);
comment on table public.requests is 'Answers to requests that succeeded, by member and request id';

-- jobs from the five-column days belong to the house, whose handle nobody can take
alter table public.cleanings
    add column owner text collate "C" not null default 'm_phresh',
    add column status text not null default 'open',
    add column claimed_by text collate "C",
    add column created_at timestamptz not null default pg_catalog.now(),
    add column updated_at timestamptz not null default pg_catalog.now(),
    add column sort_name text collate "C" generated always as ("left"(public.normal_text(name), 120)) stored,
    add column search_text text collate "C" generated always as (
        public.normal_text(name || e'\n' || coalesce(description, ''))
    ) stored;
alter table public.cleanings alter column owner drop default;
insert into public.members (login)
select 'm_phresh' where exists (select from public.cleanings);

-- An old row that breaks a rule stays as it is, as a cancelled job, and does not stop the migration: its constraint is
-- then left not valid, which holds for every row written from now on.
update public.cleanings
set status = 'cancelled'
where pg_catalog.char_length(name) not between 1 and 120
    or name ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    or name !~ '[^\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
    or pg_catalog.char_length(description) > 10000
    or description ~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    or cleaning_type not in ('dust_up', 'spot_clean', 'full_clean')
    or not (price between 0.01 and 99999999.99);

alter table public.cleanings
    add constraint cleanings_name_length check (pg_catalog.char_length(name) between 1 and 120) not valid,
    -- control characters, and those that turn the direction of a whole line, never reach a terminal
    add constraint cleanings_name_characters check (
        name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ) not valid,
    -- something that can be seen
    add constraint cleanings_name_blank check (
        name ~ '[^\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
    ) not valid,
    add constraint cleanings_description_length check (pg_catalog.char_length(description) <= 10000) not valid,
    -- tab and line feed are text here
    add constraint cleanings_description_characters check (
        description !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ) not valid,
    add constraint cleanings_type_known check (cleaning_type in ('dust_up', 'spot_clean', 'full_clean')) not valid,
    -- NaN counts as greater than every number, so the upper bound keeps it out
    add constraint cleanings_price_range check (price >= 0.01 and price <= 99999999.99) not valid,
    add constraint cleanings_status_known check (status in ('open', 'claimed', 'cancelled')),
    add constraint cleanings_claimed check ((status = 'claimed') = (claimed_by is not null)),
    add constraint cleanings_own_claim check (claimed_by <> owner);

do $$
declare
    pending text;
begin
    foreach pending in array array['cleanings_name_length', 'cleanings_name_characters', 'cleanings_name_blank',
        'cleanings_description_length', 'cleanings_description_characters', 'cleanings_type_known',
        'cleanings_price_range']
    loop
        begin
            execute pg_catalog.format('alter table public.cleanings validate constraint %I', pending);
        exception when check_violation then
            raise notice 'old jobs break %, and were cancelled', pending;
        end;
    end loop;
end
$$;

-- one for each order that the list of open jobs is shown in, read in both directions
create index cleanings_open_by_time on public.cleanings (created_at, id) where status = 'open';
create index cleanings_open_by_price on public.cleanings (price, id) where status = 'open';
create index cleanings_open_by_name on public.cleanings (sort_name, id) where status = 'open';
create index cleanings_open_search on public.cleanings using gin (search_text public.gin_trgm_ops) where status = 'open';
create index cleanings_by_owner on public.cleanings (owner, updated_at, id);
create index cleanings_by_claimer on public.cleanings (claimed_by, updated_at, id) where claimed_by is not null;

alter table public.cleanings owner to phresh_owner;
alter table public.members owner to phresh_owner;
alter table public.requests owner to phresh_owner;
alter table public.market_settings owner to phresh_owner;
alter function public.normal_text(text) owner to phresh_owner;

grant select on public.cleanings, public.members, public.market_settings to phresh_member;
grant select on public.market_settings to phresh_registrar;
grant select, insert on public.members to phresh_registrar;
revoke all on function public.normal_text(text) from public;
grant execute on function public.normal_text(text) to phresh_member;

-- migrate:down
set local lock_timeout = '5s';

drop index public.cleanings_by_claimer;
drop index public.cleanings_by_owner;
drop index public.cleanings_open_search;
drop index public.cleanings_open_by_name;
drop index public.cleanings_open_by_price;
drop index public.cleanings_open_by_time;

revoke select on public.cleanings from phresh_member;

alter table public.cleanings
    drop constraint cleanings_own_claim,
    drop constraint cleanings_claimed,
    drop constraint cleanings_status_known,
    drop constraint cleanings_price_range,
    drop constraint cleanings_type_known,
    drop constraint cleanings_description_characters,
    drop constraint cleanings_description_length,
    drop constraint cleanings_name_blank,
    drop constraint cleanings_name_characters,
    drop constraint cleanings_name_length,
    drop column search_text,
    drop column sort_name,
    drop column updated_at,
    drop column created_at,
    drop column claimed_by,
    drop column status,
    drop column owner;

alter table public.cleanings owner to current_user;

drop table public.requests;
drop table public.members;
drop table public.market_settings;
drop function public.normal_text(text);
-- the extension stays: somebody else may use it by now
