-- Who has not come cannot be expected to give the job back: the owner opens it again, once it should have begun, and may
-- then report a no-show as well. Not before: whoever is sent away in time could still have come. And not of somebody who
-- took the job when it should have begun already.

-- migrate:up
set local lock_timeout = '5s';

-- The functions are changed where they differ, and not written out a second time.
do $$
declare
    change record;
    source text;
begin
    for change in
        select function, before, after from (values
            ('release_cleaning', $sql$'claimed_at', old.claimed_at, 'counts'$sql$,
                $sql$'claimed_at', old.claimed_at, 'starts_at', old.starts_at, 'counts'$sql$),
            ('report_no_show', $sql$e.actor = about collate "C"
            and (e.details ->> 'late')::boolean$sql$,
                $sql$e.other = about collate "C"
            and (e.details ->> 'late')::boolean
            and (e.actor = e.other or (e.details ->> 'starts_at')::timestamptz between
                (e.details ->> 'claimed_at')::timestamptz and e.happened_at)$sql$),
            ('report_no_show', 'Only a late release counts as a no-show.',
                'The cleaner gave it back too late, or the owner opened it again after the start: nothing else is a no-show.')
        ) as changes (function, before, after)
    loop
        source := pg_catalog.pg_get_functiondef(('public.' || change.function)::pg_catalog.regproc);
        if pg_catalog.strpos(source, change.before) = 0 then
            raise exception '% has no % to change', change.function, change.before;
        end if;
        execute pg_catalog.replace(source, change.before, change.after);
    end loop;
end
$$;
comment on function public.report_no_show(uuid, bigint, text, text, text) is
    'Reviews, without stars, a cleaner who gave one''s job back within 24 hours before its start, or who had not come when one opened it again after it: request id, job, handle';

-- migrate:down
set local lock_timeout = '5s';

do $$
declare
    change record;
    source text;
begin
    for change in
        select function, before, after from (values
            ('release_cleaning', $sql$'claimed_at', old.claimed_at, 'counts'$sql$,
                $sql$'claimed_at', old.claimed_at, 'starts_at', old.starts_at, 'counts'$sql$),
            ('report_no_show', $sql$e.actor = about collate "C"
            and (e.details ->> 'late')::boolean$sql$,
                $sql$e.other = about collate "C"
            and (e.details ->> 'late')::boolean
            and (e.actor = e.other or (e.details ->> 'starts_at')::timestamptz between
                (e.details ->> 'claimed_at')::timestamptz and e.happened_at)$sql$),
            ('report_no_show', 'Only a late release counts as a no-show.',
                'The cleaner gave it back too late, or the owner opened it again after the start: nothing else is a no-show.')
        ) as changes (function, before, after)
    loop
        source := pg_catalog.pg_get_functiondef(('public.' || change.function)::pg_catalog.regproc);
        if pg_catalog.strpos(source, change.after) = 0 then
            raise exception '% has no % to change back', change.function, change.after;
        end if;
        execute pg_catalog.replace(source, change.after, change.before);
    end loop;
end
$$;
comment on function public.report_no_show(uuid, bigint, text, text, text) is
    'Reviews, without stars, a cleaner who gave one''s job back within 24 hours before its start: request id, job, handle';
