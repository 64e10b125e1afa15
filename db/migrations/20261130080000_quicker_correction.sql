-- A typo is put right in a moment also where hundreds of thousands of jobs have the right word.

-- migrate:up
set local lock_timeout = '5s';

-- pg_trgm is loaded by its first call; what is set for a function below is known from then on
select public.show_limit();

create or replace function public.corrected_text(value text) returns text
-- not in parallel: it sets something while it runs
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
-- the generic plan of a trigram search is twenty times slower
set plan_cache_mode = force_custom_plan
set pg_trgm.similarity_threshold = 0.3
-- starting other processes takes longer than all this
set max_parallel_workers_per_gather = 0
-- whether any job has a word the planner would find out by reading jobs until one has it, which may be all of them
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
as $$
declare
    asked text;
    nearest text;
    -- the word that was typed, and then the likest ones
    candidates text[];
    place integer;
    pattern text;
    found_it boolean;
    typed text[] := regexp_split_to_array(btrim(public.normal_text(value)), '\s+');
    words text[] := '{}';
begin
    if char_length(value) > 200 then
        return null;
    end if;
    foreach asked in array typed loop
        nearest := asked;
        if char_length(asked) > 2 then
            nearest := null;
            candidates := array[asked];
            place := 1;
            -- some words are of jobs that are claimed, or were changed
            while nearest is null and place <= cardinality(candidates) loop
                pattern := '%' || regexp_replace(candidates[place], '([\\%_])', '\\\1', 'g') || '%';
                -- the index gives all jobs with a word before the first of them is looked at; a word that many have,
                -- one of the newest has
                perform set_config('enable_indexscan', 'on', true);
                found_it := exists (
                    select from (
                        select search_text from public.cleanings
                        where status = 'open' order by created_at desc, id desc limit 500
                    ) newest
                    where search_text like pattern
                );
                perform set_config('enable_indexscan', 'off', true);
                if found_it or exists (
                    select from public.cleanings
                    where status = 'open' and public.search_words(search_text) && array(
                        select known.word from public.words known where known.word like pattern
                    )
                ) then
                    nearest := candidates[place];
                elsif place = 1 then
                    candidates := candidates || array(
                        select likest.word from (
                            select distinct known.word, public.similarity(known.word, asked) as likeness
                            from public.words known
                            where known.word operator(public.%) asked and known.word !~ '[[:punct:]]'
                            order by likeness desc, known.word
                            limit 20
                        ) likest
                    );
                end if;
                place := place + 1;
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
