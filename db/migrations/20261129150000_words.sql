-- Jobs are searched by their words: which words there are is known, and an index knows which jobs have them. A job has some
-- ten words where it had fifty trigrams, so the index is smaller and sooner built, and what is like a word that
-- nobody has is looked for among the words alone, however many jobs there are.

-- migrate:up
set local lock_timeout = '5s';

-- No two sessions ever wait for each other here, as they would for a unique index while one that posts keeps its transaction
-- open: so a word may stand here more than once.
create table public.words (word text collate "C" not null);
comment on table public.words is 'The words of all jobs as they are searched, and what stands in them between signs';
alter table public.words owner to phresh_owner;
revoke all on public.words from public;
grant select on public.words to phresh_member;

-- An index takes no key of more than some 2,700 bytes, so what is longer is cut into pieces of 200 characters that overlap by
-- a half: whatever has up to 100 characters is whole in one of them.
create function public.long_words(value text) returns text[]
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(distinct substr(token, start, 200)), '{}')
    from unnest(string_to_array(translate(value, e'\n\t', '  '), ' ')) token,
        generate_series(1, greatest(char_length(token) - 100, 1), 100) start
$$;
comment on function public.long_words(text) is 'The words of a text that may have very long ones, which come in pieces';

-- Written so that it is put in place of its call: no `set search_path`, and every name has its schema.
create function public.search_words(value text) returns text[]
language sql immutable parallel safe
as $$
    select case when pg_catalog.octet_length(value) operator(pg_catalog.<=) 2000
        then pg_catalog.string_to_array(pg_catalog.translate(value, e'\n\t', '  '), ' ')
        else public.long_words(value) end
$$;
comment on function public.search_words(text) is 'The words of a text as the index of the search has them';

alter function public.long_words(text) owner to phresh_owner;
alter function public.search_words(text) owner to phresh_owner;
revoke all on function public.long_words(text), public.search_words(text) from public;
grant execute on function public.long_words(text), public.search_words(text) to phresh_member;

create or replace function public.write_search_texts() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
-- a plan that was made when there were only few words would read all of them ever after
set enable_seqscan = off
-- the planner would take a plan for each text to be worth it: it is most of the work
set plan_cache_mode = force_generic_plan
as $$
declare
    unknown text[];
    fresh text;
begin
    new.sort_name := "left"(public.normal_text(new.name), 120);
    new.search_text := public.normal_text(new.name || e'\n' || coalesce(new.description, ''));
    new.sort_area := public.normal_text(new.area);
    -- offset 0 has them looked up one by one
    select array_agg(token) into unknown
    from unnest(public.search_words(new.search_text)) token
    where token <> '' and not exists (select from public.words known where known.word = token collate "C" offset 0);
    foreach fresh in array coalesce(unknown, '{}') loop
        -- it may stand twice in this text
        continue when exists (select from public.words known where known.word = fresh collate "C");
        insert into public.words (word) values (fresh);
        if fresh ~ '[\s[:punct:]]' then
            insert into public.words (word)
            select distinct piece
            from regexp_split_to_table(fresh, '[\s[:punct:]]+') part, "left"(part, 200) piece
            where piece <> '' and not exists (select from public.words known where known.word = piece collate "C" offset 0);
        end if;
    end loop;
    return new;
end
$$;
comment on function public.write_search_texts() is
    'Writes name, description and area as they are searched and sorted, and the words that are new';

-- what stands between signs is looked for in each word once, and not in each job
with known as materialized (
    select distinct unnest(public.search_words(search_text)) as word from public.cleanings
)
insert into public.words (word)
select found.word
from (
    select known.word from known
    union
    select "left"(pg_catalog.regexp_split_to_table(known.word, '[\s[:punct:]]+'), 200) from known
) found
where found.word <> '';

create index words_by_word on public.words (word);
-- a new word is rare, and what has not been put into its place yet would be read through by every search
create index words_by_trigram on public.words using gin (word public.gin_trgm_ops) with (fastupdate = off);
analyze public.words;
drop index public.cleanings_open_search;
create index cleanings_open_words on public.cleanings using gin (public.search_words(search_text)) where status = 'open';
-- words are looked up first, so the planner never knows which ones it asks for
alter index public.cleanings_open_words alter column 1 set statistics 0;

-- pg_trgm is loaded by its first call; what is set for a function below is known from then on
select public.show_limit();

create or replace function public.corrected_text(value text) returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
-- the generic plan of a trigram search is twenty times slower
set plan_cache_mode = force_custom_plan
set pg_trgm.similarity_threshold = 0.3
-- whether any job has a word the planner would find out by reading jobs until one has it, which may be all of them
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
as $$
declare
    asked text;
    like_it text;
    nearest text;
    typed text[] := regexp_split_to_array(btrim(public.normal_text(value)), '\s+');
    words text[] := '{}';
begin
    if char_length(value) > 200 then
        return null;
    end if;
    foreach asked in array typed loop
        nearest := asked;
        if char_length(asked) > 2 and not exists (
            select from public.cleanings
            where status = 'open' and public.search_words(search_text) && array(
                select known.word from public.words known
                where known.word like '%' || regexp_replace(asked, '([\\%_])', '\\\1', 'g') || '%'
            )
        ) then
            nearest := null;
            -- the likest that an open job has: some are of jobs that are claimed, or were changed
            for like_it in
                select likest.word from (
                    select distinct known.word, public.similarity(known.word, asked) as likeness
                    from public.words known
                    where known.word operator(public.%) asked and known.word !~ '[[:punct:]]'
                    order by likeness desc, known.word
                    limit 20
                ) likest
            loop
                if exists (
                    select from public.cleanings
                    where status = 'open' and public.search_words(search_text) && array(
                        select known.word from public.words known where known.word like '%' || like_it || '%'
                    )
                ) then
                    nearest := like_it;
                    exit;
                end if;
            end loop;
        end if;
        if nearest is null then
            return null;
        end if;
        words := words || nearest;
    end loop;
    return case when words <> typed then array_to_string(words, ' ') end;
end
$$;

-- migrate:down
set local lock_timeout = '5s';

-- pg_trgm is loaded by its first call; what is set for a function below is known from then on
select public.show_limit();

create or replace function public.corrected_text(value text) returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
-- the generic plan of a trigram search is twenty times slower
set plan_cache_mode = force_custom_plan
set pg_trgm.word_similarity_threshold = 0.45
as $$
declare
    word text;
    nearest text;
    typed text[] := regexp_split_to_array(btrim(public.normal_text(value)), '\s+');
    words text[] := '{}';
    pages integer;
    jobs real;
    -- sixty pages of the table hold some two thousand jobs, and so every word that many have
    share real;
begin
    if char_length(value) > 200 then
        return null;
    end if;
    select relpages, reltuples into pages, jobs from pg_class where oid = 'public.cleanings'::regclass;
    share := least(100, 6000.0 / greatest(pages, 1));
    foreach word in array typed loop
        nearest := word;
        if char_length(word) > 2 and not exists (
            select from public.cleanings
            where status = 'open' and search_text like '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
        ) then
            select candidate into nearest
            from (
                select distinct regexp_split_to_table(search_text, '[\s[:punct:]]+') as candidate
                from public.cleanings tablesample system (share) repeatable (1)
                where status = 'open'
            ) sample
            where public.similarity(candidate, word) >= 0.3
            order by public.similarity(candidate, word) desc, candidate
            limit 1;
            -- what the index has to read grows with the market: at ten million jobs it took eleven seconds
            if nearest is null and jobs < 2000000 then
                select candidate into nearest
                from (
                    select distinct regexp_split_to_table(search_text, '[\s[:punct:]]+') as candidate
                    from (
                        select search_text from public.cleanings
                        where status = 'open' and search_text operator(public.%>) word
                        limit 100
                    ) candidates
                ) rare
                where public.similarity(candidate, word) >= 0.3
                order by public.similarity(candidate, word) desc, candidate
                limit 1;
            elsif nearest is null then
                -- so there it is looked for among the newest jobs alone
                select candidate into nearest
                from (
                    select distinct regexp_split_to_table(search_text, '[\s[:punct:]]+') as candidate
                    from (
                        select search_text from (
                            select search_text from public.cleanings where status = 'open'
                            order by created_at desc, id desc limit 10000
                        ) newest
                        where public.word_similarity(word, search_text) >= 0.3
                        limit 1000
                    ) candidates
                ) rare
                where public.similarity(candidate, word) >= 0.3
                order by public.similarity(candidate, word) desc, candidate
                limit 1;
            end if;
        end if;
        if nearest is null then
            return null;
        end if;
        words := words || nearest;
    end loop;
    return case when words <> typed then array_to_string(words, ' ') end;
end
$$;

drop index public.cleanings_open_words;
create index cleanings_open_search on public.cleanings using gin (search_text public.gin_trgm_ops) where status = 'open';

create or replace function public.write_search_texts() returns trigger
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

drop function public.search_words(text);
drop function public.long_words(text);
drop table public.words;
