-- A move pulls the bell by itself when that may have to ring: a trigger that asks it of each row costs a claim more than
-- the question.

-- migrate:up
set local lock_timeout = '5s';

drop trigger ring_bell on public.requests;
drop function public.bell_is_due();

create function public.pull_bell(request uuid) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- what this session has seen to be rung, at its last move, needs no second ring
    if current_setting('phresh.rung', true)
        is distinct from date_bin('250 milliseconds', clock_timestamp(), 'epoch')::text
    then
        update public.requests r set move = r.move
        where r.login = session_user::text collate "C" and r.request_id = pull_bell.request;
    end if;
end
$$;
comment on function public.pull_bell(uuid) is 'Has the bell ring when this request is committed, unless it just has';
alter function public.pull_bell(uuid) owner to phresh_owner;
revoke all on function public.pull_bell(uuid) from public;

create constraint trigger ring_bell after update of move on public.requests
deferrable initially deferred
for each row
execute function public.ring_bell();

-- The functions are changed where they differ, and not written out a second time.
do $$
declare
    ending constant text := E'    return answer;\nend\n';
    change record;
    source text;
begin
    for change in
        select function, statement from (values
            ('post_cleaning', 'perform public.pull_bell(request);'),
            ('keep_answer', 'perform public.pull_bell(request);'),
            -- looked at here, which spares nearly every claim a call
            ('claim_cleaning', $sql$if current_setting('phresh.rung', true)
        is distinct from date_bin('250 milliseconds', clock_timestamp(), 'epoch')::text
    then
        perform public.pull_bell(request);
    end if;$sql$)
        ) as changes (function, statement)
    loop
        source := pg_catalog.pg_get_functiondef(('public.' || change.function)::pg_catalog.regproc);
        if pg_catalog.strpos(source, ending) = 0 then
            raise exception '% does not end with %', change.function, ending;
        end if;
        execute pg_catalog.replace(source, ending, '    ' || change.statement || E'\n' || ending);
    end loop;
end
$$;

-- migrate:down
set local lock_timeout = '5s';

do $$
declare
    ending constant text := E'    return answer;\nend\n';
    change record;
    source text;
begin
    for change in
        select function, statement from (values
            ('post_cleaning', 'perform public.pull_bell(request);'),
            ('keep_answer', 'perform public.pull_bell(request);'),
            -- looked at here, which spares nearly every claim a call
            ('claim_cleaning', $sql$if current_setting('phresh.rung', true)
        is distinct from date_bin('250 milliseconds', clock_timestamp(), 'epoch')::text
    then
        perform public.pull_bell(request);
    end if;$sql$)
        ) as changes (function, statement)
    loop
        source := pg_catalog.pg_get_functiondef(('public.' || change.function)::pg_catalog.regproc);
        if pg_catalog.strpos(source, '    ' || change.statement || E'\n' || ending) = 0 then
            raise exception '% does not end with %', change.function, '    ' || change.statement || E'\n' || ending;
        end if;
        execute pg_catalog.replace(source, '    ' || change.statement || E'\n' || ending, ending);
    end loop;
end
$$;

drop trigger ring_bell on public.requests;
drop function public.pull_bell(uuid);

create function public.bell_is_due() returns boolean
language plpgsql volatile
as $$
begin
    -- It is asked when the row is written, and the bell is rung at the commit: so this spares the ring of a transaction
    -- that will be over at once, as those of a program are.
    return pg_catalog.current_setting('phresh.rung', true) is distinct from
        pg_catalog.date_bin('250 milliseconds', pg_catalog.clock_timestamp(), 'epoch')::pg_catalog.text;
end
$$;
comment on function public.bell_is_due() is 'Whether a move may have to ring the bell, as far as this session knows';
alter function public.bell_is_due() owner to phresh_owner;
revoke all on function public.bell_is_due() from public;

create constraint trigger ring_bell after insert on public.requests
deferrable initially deferred
for each row when (public.bell_is_due())
execute function public.ring_bell();
