-- What others did with a member's jobs is found without reading what the member did, and a job that is posted has no entry
-- there; its texts are checked and taken apart without a look at each letter.

-- migrate:up
set local lock_timeout = '5s';

-- most events are of the owner's own doing, and never asked for here
drop index public.events_by_owner;
create index events_by_owner on public.events (owner, happened_at, cleaning_id, version) where actor <> owner;

create or replace function public.mark_all_read(request uuid) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256('');
    answer jsonb := public.earlier_answer(request, 'mark_all_read', hash);
    marked integer;
begin
    if answer is not null then
        return (answer ->> 'marked')::integer;
    end if;
    -- one at a time for each member: the second of two at once finds the answer of the first
    perform from public.members m where m.login = me collate "C" for update;
    answer := public.earlier_answer(request, 'mark_all_read', hash);
    if answer is not null then
        return (answer ->> 'marked')::integer;
    end if;
    insert into public.read_events (login, cleaning_id, version)
    select me, e.cleaning_id, e.version from public.events e
    where e.owner = me collate "C" and e.actor <> e.owner
    union
    select me, e.cleaning_id, e.version from public.events e
    where e.other = me collate "C" and e.actor <> me collate "C"
    union
    select me, e.cleaning_id, e.version from public.offers o
    join public.events e on e.cleaning_id = o.cleaning_id and e.move = 'edit' and e.happened_at >= o.made_at
    where o.login = me collate "C"
    on conflict do nothing;
    get diagnostics marked = row_count;
    perform public.keep_answer(request, 'mark_all_read', hash, jsonb_build_object('marked', marked));
    return marked;
end
$$;

-- the same rules, where most texts need not be looked at letter by letter: a character has one byte or more, and a name
-- that begins with a letter, a number or a sign of ASCII has something that can be seen
alter table public.cleanings
    drop constraint cleanings_name_length, drop constraint cleanings_name_blank,
    drop constraint cleanings_description_length, drop constraint cleanings_area,
    add constraint cleanings_name_length check (
        name <> '' and (pg_catalog.octet_length(name) <= 120 or pg_catalog.char_length(name) <= 120)
    ) not valid,
    add constraint cleanings_name_blank check (
        pg_catalog.ascii(name) between 33 and 126
        or name ~ '[^\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
    ) not valid,
    add constraint cleanings_description_length check (
        pg_catalog.octet_length(description) <= 10000 or pg_catalog.char_length(description) <= 10000
    ) not valid,
    add constraint cleanings_area check (
        area <> '' and (pg_catalog.octet_length(area) <= 60 or pg_catalog.char_length(area) <= 60)
        and area !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ) not valid;

do $$
declare
    pending text;
begin
    foreach pending in array array['cleanings_name_length', 'cleanings_name_blank', 'cleanings_description_length',
        'cleanings_area']
    loop
        begin
            execute pg_catalog.format('alter table public.cleanings validate constraint %I', pending);
        exception when check_violation then
            raise notice 'old jobs break %, as they did before', pending;
        end;
    end loop;
end
$$;

-- the same words as before, so the index need not be made anew
create or replace function public.search_words(value text) returns text[]
language sql immutable parallel safe
as $$
    select case when pg_catalog.octet_length(value) operator(pg_catalog.<=) 2000
        then pg_catalog.string_to_array(
            pg_catalog.replace(pg_catalog.replace(value, e'\n', ' '), e'\t', ' '), ' ')
        else public.long_words(value) end
$$;

-- migrate:down
set local lock_timeout = '5s';

create or replace function public.search_words(value text) returns text[]
language sql immutable parallel safe
as $$
    select case when pg_catalog.octet_length(value) operator(pg_catalog.<=) 2000
        then pg_catalog.string_to_array(pg_catalog.translate(value, e'\n\t', '  '), ' ')
        else public.long_words(value) end
$$;

create or replace function public.mark_all_read(request uuid) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256('');
    answer jsonb := public.earlier_answer(request, 'mark_all_read', hash);
    marked integer;
begin
    if answer is not null then
        return (answer ->> 'marked')::integer;
    end if;
    -- one at a time for each member: the second of two at once finds the answer of the first
    perform from public.members m where m.login = me collate "C" for update;
    answer := public.earlier_answer(request, 'mark_all_read', hash);
    if answer is not null then
        return (answer ->> 'marked')::integer;
    end if;
    insert into public.read_events (login, cleaning_id, version)
    select me, e.cleaning_id, e.version from public.events e
    where e.owner = me collate "C" and e.actor <> me collate "C"
    union
    select me, e.cleaning_id, e.version from public.events e
    where e.other = me collate "C" and e.actor <> me collate "C"
    union
    select me, e.cleaning_id, e.version from public.offers o
    join public.events e on e.cleaning_id = o.cleaning_id and e.move = 'edit' and e.happened_at >= o.made_at
    where o.login = me collate "C"
    on conflict do nothing;
    get diagnostics marked = row_count;
    perform public.keep_answer(request, 'mark_all_read', hash, jsonb_build_object('marked', marked));
    return marked;
end
$$;

alter table public.cleanings
    drop constraint cleanings_name_length, drop constraint cleanings_name_blank,
    drop constraint cleanings_description_length, drop constraint cleanings_area,
    add constraint cleanings_name_length check (pg_catalog.char_length(name) between 1 and 120) not valid,
    add constraint cleanings_name_blank check (
        name ~ '[^\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
    ) not valid,
    add constraint cleanings_description_length check (pg_catalog.char_length(description) <= 10000) not valid,
    add constraint cleanings_area check (
        pg_catalog.char_length(area) between 1 and 60
        and area !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ) not valid;

do $$
declare
    pending text;
begin
    foreach pending in array array['cleanings_name_length', 'cleanings_name_blank', 'cleanings_description_length',
        'cleanings_area']
    loop
        begin
            execute pg_catalog.format('alter table public.cleanings validate constraint %I', pending);
        exception when check_violation then
            raise notice 'old jobs break %, as they did before', pending;
        end;
    end loop;
end
$$;

drop index public.events_by_owner;
create index events_by_owner on public.events (owner, happened_at, cleaning_id, version);
