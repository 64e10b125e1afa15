-- What members say of each other and of themselves, and what they have read.

-- migrate:up
set local lock_timeout = '5s';

create function public.review_cleaning(
    request uuid, cleaning_id bigint, overall integer, professionalism integer default null,
    completeness integer default null, efficiency integer default null, headline text default '', comment text default ''
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(
        row(cleaning_id, overall, professionalism, completeness, efficiency, headline, comment)::text, 'UTF8'
    ));
    answer jsonb := public.earlier_answer(request, 'review', hash);
    job public.cleanings;
    about text;
begin
    if answer is not null then
        return answer;
    end if;
    if overall is null or not (overall between 1 and 5) then
        raise exception 'the overall stars are 1 to 5' using errcode = 'PH001', column = 'overall';
    end if;
    if not (professionalism between 1 and 5) then
        raise exception 'stars are 1 to 5' using errcode = 'PH001', column = 'professionalism';
    end if;
    if not (completeness between 1 and 5) then
        raise exception 'stars are 1 to 5' using errcode = 'PH001', column = 'completeness';
    end if;
    if not (efficiency between 1 and 5) then
        raise exception 'stars are 1 to 5' using errcode = 'PH001', column = 'efficiency';
    end if;
    perform public.check_text(headline, 'headline', 120, false);
    perform public.check_text(comment, 'comment', 5000, true);
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'review', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'review');
    about := case when job.owner = me then job.claimed_by else job.owner end;
    insert into public.reviews (
        cleaning_id, author, subject, overall, professionalism, completeness, efficiency, headline, comment
    )
    values (
        job.id, me, about, review_cleaning.overall, review_cleaning.professionalism, review_cleaning.completeness,
        review_cleaning.efficiency, coalesce(review_cleaning.headline, ''), coalesce(review_cleaning.comment, '')
    )
    on conflict do nothing;
    if not found then
        raise exception 'you have reviewed job % already', job.id using errcode = 'PH017';
    end if;
    -- what has counted as confirmed for days is now written down as well
    update public.cleanings c set status = 'confirmed', version = c.version + 1 where c.id = job.id returning c.* into job;
    delete from public.bookings b where b.login = job.claimed_by and b.cleaning_id = job.id;
    -- the record says that there is a review; what it says shows when both are in
    perform public.record_move(job, 'review', 'confirmed', job.claimed_by, null, '{}');
    return public.keep_answer(request, 'review', hash, jsonb_build_object('id', job.id, 'subject', substr(about, 3)));
end
$$;
comment on function public.review_cleaning(uuid, bigint, integer, integer, integer, integer, text, text) is
    'Reviews the other party of a confirmed job: request id, job, overall 1 to 5, three aspects, headline, comment';

create function public.report_no_show(
    request uuid, cleaning_id bigint, handle text, headline text default '', comment text default ''
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, handle, headline, comment)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'no_show', hash);
    job public.cleanings;
    about text := 'm_' || handle;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_text(headline, 'headline', 120, false);
    perform public.check_text(comment, 'comment', 5000, true);
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'no_show', hash);
    if answer is not null then
        return answer;
    end if;
    if job.owner <> me then
        raise exception 'job % was posted by somebody else', job.id using errcode = 'PH006';
    end if;
    if not exists (
        select from public.events e
        where e.cleaning_id = job.id and e.move = 'release' and e.actor = about collate "C"
            and (e.details ->> 'late')::boolean
            and not exists (
                select from public.events u
                where u.cleaning_id = e.cleaning_id and u.version = e.version + 1 and u.move = 'undo_release'
            )
    ) then
        raise exception '@% did not give job % back within 24 hours before its start', handle, job.id using
            errcode = 'PH016', hint = 'Only a late release counts as a no-show.';
    end if;
    insert into public.reviews (cleaning_id, author, subject, no_show, headline, comment)
    values (job.id, me, about, true, coalesce(report_no_show.headline, ''), coalesce(report_no_show.comment, ''))
    on conflict do nothing;
    if not found then
        raise exception 'you have reviewed @% on job % already', handle, job.id using errcode = 'PH017';
    end if;
    update public.cleanings c set version = c.version + 1 where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'no_show', job.status, about, null, '{}');
    return public.keep_answer(request, 'no_show', hash, jsonb_build_object('id', job.id, 'subject', handle));
end
$$;
comment on function public.report_no_show(uuid, bigint, text, text, text) is
    'Reviews, without stars, a cleaner who gave one''s job back within 24 hours before its start: request id, job, handle';

create function public.set_profile(request uuid, name text, bio text, areas text, phone text, email text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(name, bio, areas, phone, email)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'set_profile', hash);
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_text(name, 'name', 80, false);
    perform public.check_text(bio, 'bio', 2000, true);
    perform public.check_text(areas, 'areas', 500, false);
    perform public.check_text(phone, 'phone', 60, false);
    perform public.check_text(email, 'email', 254, false);
    update public.members m
    set name = coalesce(set_profile.name, ''), bio = coalesce(set_profile.bio, ''), areas = coalesce(set_profile.areas, '')
    where m.login = me collate "C";
    answer := public.earlier_answer(request, 'set_profile', hash);
    if answer is not null then
        return answer;
    end if;
    insert into public.private_profiles (login, phone, email)
    values (me, coalesce(set_profile.phone, ''), coalesce(set_profile.email, ''))
    on conflict on constraint private_profiles_pkey do update set phone = excluded.phone, email = excluded.email;
    return public.keep_answer(request, 'set_profile', hash, jsonb_build_object('handle', substr(me, 3)));
end
$$;
comment on function public.set_profile(uuid, text, text, text, text, text) is
    'Changes one''s own profile: request id, name, bio, areas (public), phone, email (for the other party of a claimed job)';

create function public.mark_read(request uuid, cleaning_id bigint, version integer, is_read boolean default true)
returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, version, is_read)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'mark_read', hash);
begin
    if answer is not null then
        return answer;
    end if;
    if is_read is null then
        raise exception 'an event is read or not' using errcode = 'PH001', column = 'is_read';
    end if;
    -- only what there is for this member, so that nobody fills the table with numbers, or asks it what others do
    if not exists (
        select from public.events e
        where e.cleaning_id = mark_read.cleaning_id and e.version = mark_read.version
            and (e.move in ('post', 'edit') or me collate "C" in (e.owner, e.other, e.actor))
    ) then
        raise exception 'job % has no event % for you', cleaning_id, version using errcode = 'PH002';
    end if;
    if is_read then
        insert into public.read_events (login, cleaning_id, version)
        values (me, mark_read.cleaning_id, mark_read.version)
        on conflict do nothing;
    else
        delete from public.read_events r
        where r.login = me collate "C" and r.cleaning_id = mark_read.cleaning_id and r.version = mark_read.version;
    end if;
    answer := jsonb_build_object('id', cleaning_id, 'version', version, 'read', is_read);
    insert into public.requests (login, request_id, move, arguments_hash, answer)
    values (me, request, 'mark_read', hash, answer) on conflict do nothing;
    -- the same request came twice at the same moment
    return public.earlier_answer(request, 'mark_read', hash);
end
$$;
comment on function public.mark_read(uuid, bigint, integer, boolean) is
    'Marks one event as read, or as unread again: request id, job, version';

create function public.mark_all_read(request uuid) returns integer
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
comment on function public.mark_all_read(uuid) is
    'Marks all of one''s own activity as read: request id; returns how many events were not';

create function public.member_statistics(handle text) returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
begin atomic
    -- what visible_reviews shows to everybody, so that no number gives away what a review says before its time
    with seen as (
        select r.* from public.reviews r
        where r.subject = ('m_' || handle) collate "C" and (
            r.written_at < pg_catalog.now() - interval '14 days'
            or exists (
                select from public.reviews other
                where other.cleaning_id = r.cleaning_id and other.author = r.subject and other.subject = r.author
            )
        )
    ),
    worked as (
        select pg_catalog.count(*) as jobs from public.cleanings c
        where c.claimed_by = ('m_' || handle) collate "C" and public.state_now(c.status, c.done_at) = 'confirmed'
    ),
    left_early as (
        select pg_catalog.count(*) as jobs from public.events e
        where e.other = ('m_' || handle) collate "C" and e.actor = e.other and e.move = 'release'
            and (e.details ->> 'counts')::boolean
            and not exists (
                select from public.events u
                where u.cleaning_id = e.cleaning_id and u.version = e.version + 1 and u.move = 'undo_release'
            )
    )
    select pg_catalog.jsonb_build_object(
        'jobs_done', (select jobs from worked),
        'completion_rate', (
            select pg_catalog.round(worked.jobs::numeric / nullif(worked.jobs + left_early.jobs, 0), 4)
            from worked, left_early
        ),
        'reviews', (select pg_catalog.count(*) from seen where not no_show),
        'no_shows', (select pg_catalog.count(*) from seen where no_show),
        'stars', (
            select pg_catalog.jsonb_object_agg(aspects.aspect, pg_catalog.jsonb_build_object(
                'average', aspects.average, 'counts', aspects.counts
            ))
            from (
                select a.aspect, pg_catalog.round(pg_catalog.avg(a.stars), 2) as average,
                    array[
                        pg_catalog.count(*) filter (where a.stars = 1), pg_catalog.count(*) filter (where a.stars = 2),
                        pg_catalog.count(*) filter (where a.stars = 3), pg_catalog.count(*) filter (where a.stars = 4),
                        pg_catalog.count(*) filter (where a.stars = 5)
                    ] as counts
                from (values ('overall'), ('professionalism'), ('completeness'), ('efficiency')) names (aspect)
                left join lateral (
                    select names.aspect as aspect, case names.aspect when 'overall' then s.overall
                        when 'professionalism' then s.professionalism when 'completeness' then s.completeness
                        else s.efficiency end as stars
                    from seen s
                    union all
                    select names.aspect, null
                ) a on true
                group by a.aspect
            ) aspects
        )
    );
end;
comment on function public.member_statistics(text) is
    'What a member has done, from visible reviews: jobs, completion rate, and average and counts of stars for each aspect';

-- owner, and who may call: in the same transaction, so that no moment exists in which everybody may
do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'review_cleaning',
        'report_no_show',
        'set_profile',
        'mark_read',
        'mark_all_read',
        'member_statistics'
        ])
    loop
        execute pg_catalog.format('alter function %s owner to phresh_owner', target);
        execute pg_catalog.format('revoke all on function %s from public', target);
        execute pg_catalog.format('grant execute on function %s to phresh_member', target);
    end loop;
end
$$;

-- migrate:down
set local lock_timeout = '5s';

do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'review_cleaning',
        'report_no_show',
        'set_profile',
        'mark_read',
        'mark_all_read',
        'member_statistics'
        ])
    loop
        execute pg_catalog.format('drop function %s', target);
    end loop;
end
$$;
