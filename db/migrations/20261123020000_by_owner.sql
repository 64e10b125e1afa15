-- What `by:` is read by, with any other filter and in any order; and words that nobody has cost no more at ten million jobs.

-- migrate:up
set local lock_timeout = '5s';

-- The jobs of an owner, newest first as they are, with the filters inside as in the other indexes: in another order they
-- are picked here and sorted when they are few, and found along that order's own index when they are many.
create index cleanings_open_by_owner on public.cleanings
    (owner, created_at, id, cleaning_type, booking, price, starts_at, sort_area) where status = 'open';

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
    -- sixty pages of the table hold some two thousand jobs, and so every word that many have
    share real := (
        select least(100, 6000.0 / greatest(relpages, 1)) from pg_class where oid = 'public.cleanings'::regclass
    );
begin
    if char_length(value) > 200 then
        return null;
    end if;
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
            if nearest is null then
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

drop index public.cleanings_open_by_owner;
