-- A job can be rebuilt from its events alone: what was posted stands in the first of them, and a claim and a finish are
-- recorded at the very moment that the job carries. Every time that a move leaves is read from the clock at the move:
-- now() is the start of the transaction, which its member may have begun whenever he liked.

-- migrate:up
set local lock_timeout = '5s';

alter table public.cleanings
    alter column created_at set default pg_catalog.clock_timestamp(),
    alter column updated_at set default pg_catalog.clock_timestamp();
alter table public.offers alter column updated_at set default pg_catalog.clock_timestamp();

create function public.terms_of(job public.cleanings) returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select pg_catalog.jsonb_build_object(
        'name', (job).name, 'description', (job).description, 'cleaning_type', (job).cleaning_type,
        'price', (job).price, 'area', (job).area, 'starts_at', (job).starts_at, 'hours', (job).hours,
        'booking', (job).booking
    );
end;
comment on function public.terms_of(public.cleanings) is 'What the owner says of a job, as the record of a post or an edit holds it';

-- granted to nobody, in the transaction that makes it
alter function public.terms_of(public.cleanings) owner to phresh_owner;
revoke all on function public.terms_of(public.cleanings) from public;

create or replace function public.record_move(
    job public.cleanings, move text, from_state text, other text, reason text, details jsonb
) returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into public.events (
        cleaning_id, version, happened_at, actor, move, from_state, to_state, owner, other, reason, details
    )
    values (
        (job).id, (job).version,
        case move when 'accept' then (job).claimed_at when 'finish' then (job).done_at
            else pg_catalog.clock_timestamp() end,
        session_user, move, from_state, (job).status, (job).owner, other, reason, details
    );
end;

-- The functions are changed where they differ, and not written out a second time.
do $$
declare
    change record;
    source text;
begin
    for change in
        select function, before, after from (values
            ('post_cleaning', $sql$'post', null, null, null, '{}')$sql$,
                $sql$'post', null, null, null, jsonb_build_object('after', public.terms_of(job)))$sql$),
            ('claim_cleaning', 'events (cleaning_id, version, actor,', 'events (cleaning_id, version, happened_at, actor,'),
            ('claim_cleaning', $sql$(job.id, job.version, me, 'claim'$sql$,
                $sql$(job.id, job.version, job.claimed_at, me, 'claim'$sql$),
            ('make_offer', $sql$'live' then earlier.price end$sql$,
                $sql$'live' then earlier.price end, 'message', nullif(message, '')$sql$)
        ) as changes (function, before, after)
        union all
        select function, 'updated_at = now()', 'updated_at = clock_timestamp()' from unnest(array[
            'edit_cleaning', 'claim_cleaning', 'release_cleaning', 'cancel_cleaning', 'undo_move', 'finish_cleaning',
            'confirm_cleaning', 'send_back_cleaning', 'make_offer', 'withdraw_offer', 'decline_offer', 'accept_offer'
        ]) as functions (function)
    loop
        source := pg_catalog.pg_get_functiondef(('public.' || change.function)::pg_catalog.regproc);
        if pg_catalog.strpos(source, change.before) = 0 then
            raise exception '% has no % to change', change.function, change.before;
        end if;
        execute pg_catalog.replace(source, change.before, change.after);
    end loop;
end
$$;

-- migrate:down
set local lock_timeout = '5s';

do $$
declare
    change record;
begin
    for change in
        select function, before, after from (values
            ('post_cleaning', $sql$'post', null, null, null, '{}')$sql$,
                $sql$'post', null, null, null, jsonb_build_object('after', public.terms_of(job)))$sql$),
            ('claim_cleaning', 'events (cleaning_id, version, actor,', 'events (cleaning_id, version, happened_at, actor,'),
            ('claim_cleaning', $sql$(job.id, job.version, me, 'claim'$sql$,
                $sql$(job.id, job.version, job.claimed_at, me, 'claim'$sql$),
            ('make_offer', $sql$'live' then earlier.price end$sql$,
                $sql$'live' then earlier.price end, 'message', nullif(message, '')$sql$)
        ) as changes (function, before, after)
        union all
        select function, 'updated_at = now()', 'updated_at = clock_timestamp()' from unnest(array[
            'edit_cleaning', 'claim_cleaning', 'release_cleaning', 'cancel_cleaning', 'undo_move', 'finish_cleaning',
            'confirm_cleaning', 'send_back_cleaning', 'make_offer', 'withdraw_offer', 'decline_offer', 'accept_offer'
        ]) as functions (function)
    loop
        execute pg_catalog.replace(
            pg_catalog.pg_get_functiondef(('public.' || change.function)::pg_catalog.regproc), change.after, change.before
        );
    end loop;
end
$$;

create or replace function public.record_move(
    job public.cleanings, move text, from_state text, other text, reason text, details jsonb
) returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into public.events (cleaning_id, version, actor, move, from_state, to_state, owner, other, reason, details)
    values ((job).id, (job).version, session_user, move, from_state, (job).status, (job).owner, other, reason, details);
end;

drop function public.terms_of(public.cleanings);
alter table public.offers alter column updated_at set default pg_catalog.now();
alter table public.cleanings
    alter column updated_at set default pg_catalog.now(),
    alter column created_at set default pg_catalog.now();
