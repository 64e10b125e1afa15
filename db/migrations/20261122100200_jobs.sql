-- Posting, claiming and everything else that happens to a job. The functions check everything, for their owner may do
-- everything; session_user is the member that connected, whatever the function runs as.

-- migrate:up
set local lock_timeout = '5s';

create function public.post_cleaning(
    request uuid, name text, description text, cleaning_type text, price numeric,
    area text default null, starts_at timestamptz default null, hours numeric default null, booking text default 'instantly'
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(
        row(name, description, cleaning_type, price, area, extract(epoch from starts_at), hours, booking)::text, 'UTF8'
    ));
    answer jsonb := public.earlier_answer(request, 'post', hash);
    job public.cleanings;
    new_id integer;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_cleaning(name, description, cleaning_type, price);
    perform public.check_booking(area, starts_at, hours, booking);
    new_id := nextval('public.cleanings_id_seq');
    answer := jsonb_build_object('id', new_id, 'status', 'open', 'price', price::numeric(10, 2));
    insert into public.requests (login, request_id, move, arguments_hash, answer)
    values (me, request, 'post', hash, answer) on conflict do nothing;
    if not found then
        -- the same request came twice at the same moment, and the other one has posted
        return public.earlier_answer(request, 'post', hash);
    end if;
    insert into public.cleanings (id, name, description, cleaning_type, price, owner, area, starts_at, hours, booking, version)
    values (new_id, name, description, cleaning_type, price, me, area, starts_at, hours, booking, 1)
    returning * into job;
    perform public.record_move(job, 'post', null, null, null, '{}');
    return answer;
end
$$;
comment on function public.post_cleaning(uuid, text, text, text, numeric, text, timestamptz, numeric, text) is
    'Posts a job: request id, name, description, type, price per hour, and if wanted area, start, hours, booking style';

create function public.edit_cleaning(
    request uuid, cleaning_id bigint, name text, description text, cleaning_type text, price numeric,
    area text default null, starts_at timestamptz default null, hours numeric default null, booking text default 'instantly'
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(
        row(cleaning_id, name, description, cleaning_type, price, area, extract(epoch from starts_at), hours, booking)::text, 'UTF8'
    ));
    answer jsonb := public.earlier_answer(request, 'edit', hash);
    job public.cleanings;
    old public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_cleaning(name, description, cleaning_type, price);
    perform public.check_booking(area, starts_at, hours, booking);
    old := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'edit', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(old, 'edit');
    if booking <> old.booking and exists (
        select from public.offers o where o.cleaning_id = old.id and o.status = 'live'
    ) then
        raise exception 'job % has offers, which need its booking style', old.id using
            errcode = 'PH014', hint = 'Decline them first.';
    end if;
    update public.cleanings c
    set name = edit_cleaning.name, description = edit_cleaning.description,
        cleaning_type = edit_cleaning.cleaning_type, price = edit_cleaning.price, area = edit_cleaning.area,
        starts_at = edit_cleaning.starts_at, hours = edit_cleaning.hours, booking = edit_cleaning.booking,
        updated_at = now(), version = c.version + 1
    where c.id = old.id
    returning c.* into job;
    perform public.record_move(job, 'edit', 'open', null, null, jsonb_build_object(
        'before', jsonb_build_object('name', old.name, 'description', old.description, 'cleaning_type', old.cleaning_type,
            'price', old.price, 'area', old.area, 'starts_at', old.starts_at, 'hours', old.hours, 'booking', old.booking),
        'after', jsonb_build_object('name', job.name, 'description', job.description, 'cleaning_type', job.cleaning_type,
            'price', job.price, 'area', job.area, 'starts_at', job.starts_at, 'hours', job.hours, 'booking', job.booking)
    ));
    return public.keep_answer(request, 'edit', hash,
        jsonb_build_object('id', job.id, 'status', job.status, 'price', job.price));
end
$$;
comment on function public.edit_cleaning(uuid, bigint, text, text, text, numeric, text, timestamptz, numeric, text) is
    'Changes an open job of one''s own: request id, job, and everything that post_cleaning takes';

create function public.set_private_details(request uuid, cleaning_id bigint, address text, access_notes text, phone text)
returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, address, access_notes, phone)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'set_private_details', hash);
    job public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_text(address, 'address', 500, true);
    perform public.check_text(access_notes, 'access_notes', 2000, true);
    perform public.check_text(phone, 'phone', 60, false);
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'set_private_details', hash);
    if answer is not null then
        return answer;
    end if;
    if job.owner <> me then
        raise exception 'job % was posted by somebody else', job.id using errcode = 'PH006';
    end if;
    insert into public.private_details as d (cleaning_id, owner, address, access_notes, phone)
    values (job.id, me, coalesce(address, ''), coalesce(access_notes, ''), coalesce(phone, ''))
    on conflict on constraint private_details_pkey do update
    set address = excluded.address, access_notes = excluded.access_notes, phone = excluded.phone;
    return public.keep_answer(request, 'set_private_details', hash, jsonb_build_object('id', job.id));
end
$$;
comment on function public.set_private_details(uuid, bigint, text, text, text) is
    'Keeps what only the owner and the cleaner may see: request id, job, address, access notes, phone';

create function public.claim_cleaning(request uuid, cleaning_id bigint, shown_price numeric) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := session_user;
    hash bytea := sha256(convert_to(row(cleaning_id, shown_price)::text, 'UTF8'));
    answer jsonb;
    job public.cleanings;
begin
    -- A claim is what members race for: the functions that all moves share are called only when they have something to
    -- say, which saves three calls of each claim.
    if not exists (select from public.members m where m.login = me collate "C" and m.left_at is null) then
        me := public.member_login();
    end if;
    if request is null or exists (
        select from public.requests r where r.login = me collate "C" and r.request_id = request
    ) then
        return public.earlier_answer(request, 'claim', hash);
    end if;
    if shown_price is null then
        raise exception 'a claim names the price that was shown' using errcode = 'PH001', column = 'price';
    end if;
    -- whoever updates the row first has the job; the others wait for the commit and then find it taken
    update public.cleanings c
    set status = 'claimed', claimed_by = me, agreed_price = c.price, claimed_at = clock_timestamp(),
        updated_at = now(), version = c.version + 1
    where c.id = claim_cleaning.cleaning_id and c.status = 'open' and c.booking = 'instantly'
        and c.owner <> me collate "C" and c.price = shown_price
    returning c.* into job;
    if not found then
        answer := public.earlier_answer(request, 'claim', hash);
        if answer is not null then
            return answer;
        end if;
        job := public.locked_job(cleaning_id);
        perform public.check_move(job, 'claim');
        if job.booking <> 'instantly' then
            raise exception 'job % is booked by offer', job.id using errcode = 'PH014', hint = 'Make an offer.';
        end if;
        if job.price <> shown_price then
            raise exception 'job % now costs % per hour', job.id, job.price using
                errcode = 'PH004', detail = job.price::text, hint = 'Claim it again at the new price, if you like it.';
        end if;
        -- it was released between the two looks
        raise exception 'job % has just changed', job.id using errcode = 'PH003', hint = 'Look again, and try again.';
    end if;
    if job.starts_at is not null and job.hours is not null then
        perform public.book_time(job, me);
    end if;
    insert into public.events (cleaning_id, version, actor, move, from_state, to_state, owner, other, details)
    values (job.id, job.version, me, 'claim', 'open', 'claimed', job.owner, me, jsonb_build_object('price', job.price));
    answer := jsonb_build_object('id', job.id, 'status', job.status, 'price', job.price);
    insert into public.requests (login, request_id, move, arguments_hash, answer)
    values (me, request, 'claim', hash, answer) on conflict do nothing;
    if not found then
        -- the same id, at the same moment, for something else: refused there
        return public.keep_answer(request, 'claim', hash, answer);
    end if;
    return answer;
end
$$;
comment on function public.claim_cleaning(uuid, bigint, numeric) is
    'Takes an open job of somebody else that is booked instantly: request id, job, the price per hour that was shown';

create function public.release_cleaning(request uuid, cleaning_id bigint, reason text default null) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, reason)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'release', hash);
    job public.cleanings;
    old public.cleanings;
    early boolean;
begin
    if answer is not null then
        return answer;
    end if;
    old := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'release', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(old, 'release');
    -- whoever changes their mind at once owes nobody an explanation
    early := old.claimed_at > clock_timestamp() - interval '5 minutes';
    if reason is not null or not early then
        perform public.check_reason(reason);
    end if;
    update public.cleanings c
    set status = 'open', claimed_by = null, agreed_price = null, claimed_at = null, updated_at = now(),
        version = c.version + 1
    where c.id = old.id returning c.* into job;
    -- an offerer who leaves has withdrawn; an owner who thinks again leaves the offer standing
    update public.offers o set status = case when old.claimed_by = me then 'withdrawn' else 'live' end, updated_at = now()
    where o.cleaning_id = old.id and o.status = 'accepted';
    delete from public.bookings b where b.login = old.claimed_by and b.cleaning_id = old.id;
    perform public.record_move(job, 'release', 'claimed', old.claimed_by, reason, jsonb_build_object(
        'price', old.agreed_price, 'claimed_at', old.claimed_at, 'counts', not early,
        'late', coalesce(not early and old.starts_at - clock_timestamp() < interval '24 hours', false)
    ));
    return public.keep_answer(request, 'release', hash, jsonb_build_object('id', job.id, 'status', job.status));
end
$$;
comment on function public.release_cleaning(uuid, bigint, text) is
    'Opens a claimed job again, by its cleaner or its owner: request id, job, reason (needed from five minutes after the claim)';

create function public.cancel_cleaning(request uuid, cleaning_id bigint, reason text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, reason)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'cancel', hash);
    job public.cleanings;
    old public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_reason(reason);
    old := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'cancel', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(old, 'cancel');
    update public.cleanings c
    set status = 'cancelled', claimed_by = null, agreed_price = null, claimed_at = null, updated_at = now(),
        version = c.version + 1
    where c.id = old.id returning c.* into job;
    update public.offers o set status = 'live', updated_at = now()
    where o.cleaning_id = old.id and o.status = 'accepted';
    delete from public.bookings b where b.login = old.claimed_by and b.cleaning_id = old.id;
    perform public.record_move(job, 'cancel', old.status, old.claimed_by, reason, '{}');
    return public.keep_answer(request, 'cancel', hash, jsonb_build_object('id', job.id, 'status', job.status));
end
$$;
comment on function public.cancel_cleaning(uuid, bigint, text) is
    'Takes an open or claimed job of one''s own back: request id, job, reason';

create function public.undo_move(request uuid, cleaning_id bigint, handle text default null) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, handle)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'undo', hash);
    job public.cleanings;
    old public.cleanings;
    last public.events;
    offerer text := coalesce('m_' || handle, me);
begin
    if answer is not null then
        return answer;
    end if;
    old := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'undo', hash);
    if answer is not null then
        return answer;
    end if;
    -- an offer has a story of its own: what others do to the job's other offers does not touch it
    select e.* into last from public.events e
    where e.cleaning_id = old.id and e.other = offerer collate "C" and e.move in ('offer', 'withdraw', 'decline', 'accept',
        'undo_withdraw', 'undo_decline', 'release', 'undo_release')
    order by e.version desc limit 1;
    if last.move is null or last.move not in ('withdraw', 'decline') or last.actor <> me then
        select e.* into last from public.events e where e.cleaning_id = old.id order by e.version desc limit 1;
    end if;
    if last.actor is distinct from me or last.move not in ('cancel', 'withdraw', 'decline', 'release')
        -- whoever names an offerer means nobody else's offer
        or (handle is not null and last.other is distinct from offerer)
    then
        raise exception 'there is nothing of yours to undo on job %', old.id using errcode = 'PH016';
    end if;
    if last.happened_at < clock_timestamp() - interval '5 minutes' then
        raise exception 'it is too late to undo that on job %', old.id using errcode = 'PH016',
            hint = 'Second thoughts last five minutes.';
    end if;
    perform public.check_move(old, 'undo_' || last.move);
    if last.move in ('withdraw', 'decline') then
        if old.booking <> 'by_offer' then
            raise exception 'job % is booked instantly', old.id using errcode = 'PH014', hint = 'Claim it.';
        end if;
        update public.offers o set status = 'live', updated_at = now()
        where o.cleaning_id = old.id and o.login = last.other
            and o.status = case last.move when 'withdraw' then 'withdrawn' else 'declined' end;
        if not found then
            raise exception 'there is nothing of yours to undo on job %', old.id using errcode = 'PH016';
        end if;
        update public.cleanings c set version = c.version + 1 where c.id = old.id returning c.* into job;
    elsif last.move = 'cancel' then
        update public.cleanings c set status = 'open', updated_at = now(), version = c.version + 1
        where c.id = old.id returning c.* into job;
    else
        update public.cleanings c
        set status = 'claimed', claimed_by = last.other, agreed_price = (last.details ->> 'price')::numeric,
            claimed_at = (last.details ->> 'claimed_at')::timestamptz, updated_at = now(), version = c.version + 1
        where c.id = old.id returning c.* into job;
        update public.offers o set status = 'accepted', updated_at = now()
        where o.cleaning_id = old.id and o.login = last.other and old.booking = 'by_offer';
        perform public.book_time(job, last.other);
    end if;
    perform public.record_move(job, 'undo_' || last.move, old.status, last.other, null, jsonb_strip_nulls(
        jsonb_build_object('price', case when last.move = 'release' then job.agreed_price end)
    ));
    return public.keep_answer(request, 'undo', hash,
        jsonb_build_object('id', job.id, 'status', job.status, 'undone', last.move));
end
$$;
comment on function public.undo_move(uuid, bigint, text) is
    'Second thoughts within five minutes, while nobody else has acted: undoes one''s own cancel, release, withdraw, or decline (of an offerer)';

create function public.finish_cleaning(request uuid, cleaning_id bigint, hours numeric) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, hours)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'finish', hash);
    job public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    if hours is null then
        raise exception 'the hours worked are needed' using errcode = 'PH001', column = 'hours_worked';
    end if;
    perform public.check_hours(hours, 'hours_worked');
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'finish', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'finish');
    update public.cleanings c
    set status = 'done', hours_worked = finish_cleaning.hours, total = round(finish_cleaning.hours * c.agreed_price, 2),
        done_at = clock_timestamp(), updated_at = now(), version = c.version + 1
    where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'finish', 'claimed', me, null,
        jsonb_build_object('hours', job.hours_worked, 'total', job.total));
    return public.keep_answer(request, 'finish', hash,
        jsonb_build_object('id', job.id, 'status', job.status, 'hours', job.hours_worked, 'total', job.total));
end
$$;
comment on function public.finish_cleaning(uuid, bigint, numeric) is
    'Says that a claimed job is done: request id, job, hours worked in quarters';

create function public.confirm_cleaning(request uuid, cleaning_id bigint) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'confirm', hash);
    job public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'confirm', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'confirm');
    update public.cleanings c set status = 'confirmed', updated_at = now(), version = c.version + 1
    where c.id = job.id returning c.* into job;
    delete from public.bookings b where b.login = job.claimed_by and b.cleaning_id = job.id;
    perform public.record_move(job, 'confirm', 'done', job.claimed_by, null, '{}');
    return public.keep_answer(request, 'confirm', hash,
        jsonb_build_object('id', job.id, 'status', job.status, 'total', job.total));
end
$$;
comment on function public.confirm_cleaning(uuid, bigint) is 'Closes a job of one''s own that is done: request id, job';

create function public.send_back_cleaning(request uuid, cleaning_id bigint, reason text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, reason)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'send_back', hash);
    job public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_reason(reason);
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'send_back', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'send_back');
    update public.cleanings c
    set status = 'claimed', hours_worked = null, total = null, done_at = null, updated_at = now(), version = c.version + 1
    where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'send_back', 'done', job.claimed_by, reason, '{}');
    return public.keep_answer(request, 'send_back', hash, jsonb_build_object('id', job.id, 'status', job.status));
end
$$;
comment on function public.send_back_cleaning(uuid, bigint, text) is
    'Returns a job of one''s own that is not done well to its cleaner: request id, job, reason';

-- owner, and who may call: in the same transaction, so that no moment exists in which everybody may
do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'post_cleaning',
        'edit_cleaning',
        'set_private_details',
        'claim_cleaning',
        'release_cleaning',
        'cancel_cleaning',
        'undo_move',
        'finish_cleaning',
        'confirm_cleaning',
        'send_back_cleaning'
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
        'post_cleaning',
        'edit_cleaning',
        'set_private_details',
        'claim_cleaning',
        'release_cleaning',
        'cancel_cleaning',
        'undo_move',
        'finish_cleaning',
        'confirm_cleaning',
        'send_back_cleaning'
        ])
    loop
        execute pg_catalog.format('drop function %s', target);
    end loop;
end
$$;
