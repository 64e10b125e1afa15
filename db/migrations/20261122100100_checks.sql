-- What the functions that members call have in common: who calls, which values may be, which moves.

-- migrate:up
set local lock_timeout = '5s';

-- the five functions of before, and what they had in common, give way to those that know the whole life of a job
drop function public.release_cleaning(uuid, bigint);
drop function public.claim_cleaning(uuid, bigint, numeric);
drop function public.cancel_cleaning(uuid, bigint);
drop function public.edit_cleaning(uuid, bigint, text, text, text, numeric);
drop function public.post_cleaning(uuid, text, text, text, numeric);
drop function public.refuse_move(bigint, boolean, text, numeric);
drop function public.keep_answer(uuid, text, bytea, jsonb);
drop function public.earlier_answer(uuid, text, bytea);
drop function public.check_cleaning(text, text, text, numeric);
drop function public.member_login();

create function public.member_login() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from public.members where login = session_user::text collate "C" and left_at is null) then
        raise exception 'the account % is no member of this market', session_user using
            errcode = 'PH011',
            hint = 'Sign up first; an operator''s account posts and claims nothing.';
    end if;
    return session_user;
end
$$;
comment on function public.member_login() is 'The login of the member that called, or an error';

create function public.is_readable(value text) returns boolean
language sql immutable strict
set search_path = pg_catalog, pg_temp
return value ~ '[^\u0009\u000a\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]';
comment on function public.is_readable(text) is 'Whether there is anything in a text that can be seen';

create function public.check_text(value text, field text, longest integer, of_lines boolean) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if char_length(value) > longest then
        raise exception '% has at most % characters, and this one has %', field, longest, char_length(value)
            using errcode = 'PH001', column = field;
    end if;
    if value ~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
        or not of_lines and value ~ '[\u0009\u000a]'
    then
        raise exception '% holds a character that cannot be shown', field using errcode = 'PH001', column = field;
    end if;
end
$$;
comment on function public.check_text(text, text, integer, boolean) is
    'Raises PH001 for a text that is too long or holds control characters';

create function public.check_reason(reason text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if reason is null or not public.is_readable(reason) then
        raise exception 'a reason is needed' using errcode = 'PH001', column = 'reason', hint = 'Say it in a few words.';
    end if;
    perform public.check_text(reason, 'reason', 1000, true);
end
$$;
comment on function public.check_reason(text) is 'Raises PH001 when there is no reason to read';

create function public.check_cleaning(name text, description text, cleaning_type text, price numeric) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if name is null or not public.is_readable(name) then
        raise exception 'a job needs a name' using errcode = 'PH001', column = 'name';
    end if;
    if char_length(name) > 120 then
        raise exception 'a name has at most 120 characters, and this one has %', char_length(name)
            using errcode = 'PH001', column = 'name';
    end if;
    if name ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]' then
        raise exception 'a name is one line without control characters' using errcode = 'PH001', column = 'name';
    end if;
    if char_length(description) > 10000 then
        raise exception 'a description has at most 10000 characters, and this one has %', char_length(description)
            using errcode = 'PH001', column = 'description';
    end if;
    if description ~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]' then
        raise exception 'a description holds no control characters but tab and new line'
            using errcode = 'PH001', column = 'description';
    end if;
    if cleaning_type is null or cleaning_type not in ('dust_up', 'spot_clean', 'full_clean') then
        raise exception 'a type is one of dust_up, spot_clean, full_clean' using errcode = 'PH001', column = 'cleaning_type';
    end if;
    if price is null then
        raise exception 'a job needs a price' using errcode = 'PH001', column = 'price';
    end if;
    -- infinity lies above the bound, and NaN above infinity
    if price < 0.01 or price > 99999999.99 then
        raise exception 'a price lies between 0.01 and 99999999.99 per hour' using errcode = 'PH001', column = 'price';
    end if;
    -- numeric(10,2) would round before any check sees it
    if price <> round(price, 2) then
        raise exception 'a price has at most two decimals' using errcode = 'PH001', column = 'price';
    end if;
end
$$;
comment on function public.check_cleaning(text, text, text, numeric) is 'Raises PH001, with the column, for a job that breaks a rule';

create function public.check_price(price numeric) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    perform public.check_cleaning('-', null, 'spot_clean', price);
end
$$;
comment on function public.check_price(numeric) is 'Raises PH001 for a price that breaks a rule';

create function public.check_hours(hours numeric, field text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- NaN is greater than 24
    if not (hours > 0 and hours <= 24) or hours * 4 <> trunc(hours * 4) then
        raise exception 'hours come in quarters, more than 0 and at most 24' using errcode = 'PH001', column = field;
    end if;
end
$$;
comment on function public.check_hours(numeric, text) is 'Raises PH001 for hours that are no quarters, or more than 24';

create function public.check_booking(area text, starts_at timestamptz, hours numeric, booking text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if area is not null and not public.is_readable(area) then
        raise exception 'an area is named, or left out' using errcode = 'PH001', column = 'area';
    end if;
    perform public.check_text(area, 'area', 60, false);
    if starts_at is not null and not (starts_at between '2000-01-01 00:00+00' and '2200-01-01 00:00+00') then
        raise exception 'a start lies between the years 2000 and 2200' using errcode = 'PH001', column = 'starts_at';
    end if;
    perform public.check_hours(hours, 'hours');
    if booking is null or booking not in ('instantly', 'by_offer') then
        raise exception 'a job is booked instantly or by_offer' using errcode = 'PH001', column = 'booking';
    end if;
end
$$;
comment on function public.check_booking(text, timestamptz, numeric, text) is
    'Raises PH001, with the column, for an area, a start, hours or a booking style that breaks a rule';

create function public.earlier_answer(request uuid, move text, arguments_hash bytea) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    earlier public.requests;
begin
    if request is null then
        raise exception 'every move carries a request id' using errcode = 'PH007', hint = 'Pass gen_random_uuid().';
    end if;
    select r.* into earlier from public.requests r
    where r.login = session_user::text collate "C" and r.request_id = request;
    if not found then
        return null;
    end if;
    if earlier.move <> earlier_answer.move or earlier.arguments_hash <> earlier_answer.arguments_hash then
        raise exception 'this request id was used for something else' using
            errcode = 'PH007',
            hint = 'A new request takes a new id: gen_random_uuid().';
    end if;
    return earlier.answer;
end
$$;
comment on function public.earlier_answer(uuid, text, bytea) is 'What this request was answered when it succeeded, or null';

create function public.keep_answer(request uuid, move text, arguments_hash bytea, answer jsonb) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into public.requests (login, request_id, move, arguments_hash, answer)
    values (session_user, request, move, arguments_hash, answer) on conflict do nothing;
    if not found then
        -- the same id, at the same moment, for something else
        raise exception 'this request id was used for something else' using
            errcode = 'PH007',
            hint = 'A new request takes a new id: gen_random_uuid().';
    end if;
    return answer;
end
$$;
comment on function public.keep_answer(uuid, text, bytea, jsonb) is 'Remembers an answer for the case that it is asked again';

create function public.locked_job(job_id bigint) returns public.cleanings
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job public.cleanings;
begin
    select c.* into job from public.cleanings c where c.id = job_id for update;
    if not found then
        raise exception 'there is no job %', job_id using errcode = 'PH002';
    end if;
    return job;
end
$$;
comment on function public.locked_job(bigint) is 'A job, which nobody else moves until the end of the transaction';

create function public.check_move(job public.cleanings, move text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    me text := session_user;
    -- by the clock: a member may have begun his transaction, or his statement, days ago
    state text := case when job.status = 'done' and job.done_at < clock_timestamp() - interval '7 days' then 'confirmed'
        else job.status end;
    allowed text := (select m.who from public.moves m where m.move = check_move.move limit 1);
begin
    if allowed = 'owner' and job.owner <> me then
        raise exception 'job % was posted by somebody else', job.id using errcode = 'PH006';
    elsif allowed = 'other' and job.owner = me then
        raise exception 'job % is your own', job.id using errcode = 'PH005', hint = 'Another member has to do that.';
    -- a job without a cleaner is in the wrong state for whatever a cleaner does, whoever asks
    elsif allowed = 'cleaner' and job.claimed_by <> me then
        raise exception 'job % was not claimed by you', job.id using errcode = 'PH006';
    elsif allowed = 'party' and job.claimed_by is not null and me not in (job.owner, job.claimed_by) then
        raise exception 'job % is between two others', job.id using errcode = 'PH006';
    end if;
    if not exists (select from public.moves m where m.move = check_move.move and m.from_state = state) then
        if state = 'claimed' then
            raise exception 'job % is taken', job.id using errcode = 'PH003', detail = substr(job.claimed_by, 3);
        end if;
        raise exception 'job % is %', job.id, state using errcode = 'PH003';
    end if;
end
$$;
comment on function public.check_move(public.cleanings, text) is
    'Raises PH003, PH005 or PH006 when the caller may not make this move with the job as it is';

create function public.record_move(
    job public.cleanings, move text, from_state text, other text, reason text, details jsonb
) returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into public.events (cleaning_id, version, actor, move, from_state, to_state, owner, other, reason, details)
    values ((job).id, (job).version, session_user, move, from_state, (job).status, (job).owner, other, reason, details);
end;
comment on function public.record_move(public.cleanings, text, text, text, text, jsonb) is
    'Appends a move to the record of its job; the job is as it is after the move';

create function public.book_time(job public.cleanings, login text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    taken tstzrange := tstzrange(job.starts_at, job.starts_at + job.hours * interval '1 hour');
begin
    if job.starts_at is null or job.hours is null then
        return;
    end if;
    -- Two at once that waited for each other's exclusion constraint would be a deadlock: on conflict do nothing lets
    -- one of them go on.
    insert into public.bookings (login, cleaning_id, during) values (book_time.login, job.id, taken)
    on conflict do nothing;
    if found then
        return;
    end if;
    -- a job that by now counts as confirmed takes no time any more
    delete from public.bookings b using public.cleanings c
    where b.login = book_time.login collate "C" and b.during && taken and c.id = b.cleaning_id
        and public.state_now(c.status, c.done_at) not in ('claimed', 'done');
    insert into public.bookings (login, cleaning_id, during) values (book_time.login, job.id, taken)
    on conflict do nothing;
    if not found then
        raise exception 'job % overlaps with another job', job.id using
            errcode = 'PH013',
            detail = (
                select coalesce(string_agg(b.cleaning_id::text, ', ' order by b.cleaning_id), '') from public.bookings b
                where b.login = book_time.login collate "C" and b.during && taken
            ),
            hint = 'Nobody can be in two places at once.';
    end if;
end
$$;
comment on function public.book_time(public.cleanings, text) is
    'Takes the time of a job for a member, or raises PH013 when it is taken';

-- owner, and who may call: in the same transaction, so that no moment exists in which everybody may
do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'member_login',
        'is_readable',
        'check_text',
        'check_reason',
        'check_cleaning',
        'check_price',
        'check_hours',
        'check_booking',
        'earlier_answer',
        'keep_answer',
        'locked_job',
        'check_move',
        'record_move',
        'book_time'
        ])
    loop
        execute pg_catalog.format('alter function %s owner to phresh_owner', target);
        execute pg_catalog.format('revoke all on function %s from public', target);
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
        'member_login',
        'is_readable',
        'check_text',
        'check_reason',
        'check_cleaning',
        'check_price',
        'check_hours',
        'check_booking',
        'earlier_answer',
        'keep_answer',
        'locked_job',
        'check_move',
        'record_move',
        'book_time'
        ])
    loop
        execute pg_catalog.format('drop function %s', target);
    end loop;
end
$$;

-- what stood here before
create function public.member_login() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from public.members where login = session_user::text collate "C" and left_at is null) then
        raise exception 'the account % is no member of this market', session_user using
            errcode = 'PH011',
            hint = 'Sign up first; an operator''s account posts and claims nothing.';
    end if;
    return session_user;
end
$$;
comment on function public.member_login() is 'The login of the member that called, or an error';

create function public.check_cleaning(name text, description text, cleaning_type text, price numeric) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if name is null or name !~ '[^\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]' then
        raise exception 'a job needs a name' using errcode = 'PH001', column = 'name';
    end if;
    if char_length(name) > 120 then
        raise exception 'a name has at most 120 characters, and this one has %', char_length(name)
            using errcode = 'PH001', column = 'name';
    end if;
    if name ~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]' then
        raise exception 'a name is one line without control characters' using errcode = 'PH001', column = 'name';
    end if;
    if char_length(description) > 10000 then
        raise exception 'a description has at most 10000 characters, and this one has %', char_length(description)
            using errcode = 'PH001', column = 'description';
    end if;
    if description ~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]' then
        raise exception 'a description holds no control characters but tab and new line'
            using errcode = 'PH001', column = 'description';
    end if;
    if cleaning_type is null or cleaning_type not in ('dust_up', 'spot_clean', 'full_clean') then
        raise exception 'a type is one of dust_up, spot_clean, full_clean' using errcode = 'PH001', column = 'cleaning_type';
    end if;
    if price is null then
        raise exception 'a job needs a price' using errcode = 'PH001', column = 'price';
    end if;
    -- infinity lies above the bound, and NaN above infinity
    if price < 0.01 or price > 99999999.99 then
        raise exception 'a price lies between 0.01 and 99999999.99 per hour' using errcode = 'PH001', column = 'price';
    end if;
    -- numeric(10,2) would round before any check sees it
    if price <> round(price, 2) then
        raise exception 'a price has at most two decimals' using errcode = 'PH001', column = 'price';
    end if;
end
$$;
comment on function public.check_cleaning(text, text, text, numeric) is 'Raises PH001, with the column, for a job that breaks a rule';

create function public.earlier_answer(request uuid, move text, arguments_hash bytea) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    earlier public.requests;
begin
    if request is null then
        raise exception 'every move carries a request id' using errcode = 'PH007', hint = 'Pass gen_random_uuid().';
    end if;
    select r.* into earlier from public.requests r
    where r.login = session_user::text collate "C" and r.request_id = request;
    if not found then
        return null;
    end if;
    if earlier.move <> earlier_answer.move or earlier.arguments_hash <> earlier_answer.arguments_hash then
        raise exception 'this request id was used for something else' using
            errcode = 'PH007',
            hint = 'A new request takes a new id: gen_random_uuid().';
    end if;
    return earlier.answer;
end
$$;
comment on function public.earlier_answer(uuid, text, bytea) is 'What this request was answered when it succeeded, or null';

create function public.keep_answer(request uuid, move text, arguments_hash bytea, answer jsonb) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into public.requests (login, request_id, move, arguments_hash, answer)
    values (session_user, request, move, arguments_hash, answer);
    return answer;
exception when unique_violation then
    -- the same id, at the same moment, for another job
    raise exception 'this request id was used for something else' using
        errcode = 'PH007',
        hint = 'A new request takes a new id: gen_random_uuid().';
end
$$;
comment on function public.keep_answer(uuid, text, bytea, jsonb) is 'Remembers an answer for the case that it is asked again';

-- says why a job could not be moved: the reason that the member should read first comes first
create function public.refuse_move(job_id bigint, as_owner boolean, wanted text, shown_price numeric) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    job public.cleanings;
begin
    select c.* into job from public.cleanings c where c.id = job_id;
    if not found then
        raise exception 'there is no job %', job_id using errcode = 'PH002';
    end if;
    if wanted = 'open' and as_owner is not null and as_owner and job.owner <> session_user::text collate "C" then
        raise exception 'job % was posted by somebody else', job_id using errcode = 'PH006';
    end if;
    if wanted = 'open' and as_owner is not null and not as_owner and job.owner = session_user::text collate "C" then
        raise exception 'job % is your own', job_id using errcode = 'PH005', hint = 'Another member has to claim it.';
    end if;
    if job.status = 'claimed' and wanted = 'open' then
        raise exception 'job % is taken', job_id using errcode = 'PH003', detail = substr(job.claimed_by, 3);
    end if;
    if job.status <> wanted then
        raise exception 'job % is %', job_id, job.status using errcode = 'PH003';
    end if;
    if wanted = 'claimed' and job.claimed_by <> session_user::text collate "C" then
        raise exception 'job % was claimed by somebody else', job_id using errcode = 'PH006';
    end if;
    if shown_price is not null and job.price <> shown_price then
        raise exception 'job % now costs % per hour', job_id, job.price using
            errcode = 'PH004', detail = job.price::text, hint = 'Claim it again at the new price, if you like it.';
    end if;
    raise exception 'job % has just changed', job_id using errcode = 'PH003', hint = 'Look again, and try again.';
end
$$;
comment on function public.refuse_move(bigint, boolean, text, numeric) is 'Raises the reason why a job could not be moved';

create function public.post_cleaning(
    request uuid, name text, description text, cleaning_type text, price numeric
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(name, description, cleaning_type, price)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'post', hash);
    new_id integer;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_cleaning(name, description, cleaning_type, price);
    new_id := nextval('public.cleanings_id_seq');
    answer := jsonb_build_object('id', new_id, 'status', 'open', 'price', price::numeric(10, 2));
    insert into public.requests (login, request_id, move, arguments_hash, answer)
    values (me, request, 'post', hash, answer) on conflict do nothing;
    if not found then
        -- the same request came twice at the same moment, and the other one has posted
        return public.earlier_answer(request, 'post', hash);
    end if;
    insert into public.cleanings (id, name, description, cleaning_type, price, owner)
    values (new_id, name, description, cleaning_type, price, me);
    return answer;
end
$$;
comment on function public.post_cleaning(uuid, text, text, text, numeric) is
    'Posts a job: request id, name, description, type, price per hour. Returns id, status, price';

create function public.edit_cleaning(
    request uuid, cleaning_id bigint, name text, description text, cleaning_type text, price numeric
) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, name, description, cleaning_type, price)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'edit', hash);
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_cleaning(name, description, cleaning_type, price);
    update public.cleanings c
    set name = edit_cleaning.name, description = edit_cleaning.description,
        cleaning_type = edit_cleaning.cleaning_type, price = edit_cleaning.price, updated_at = now()
    where c.id = edit_cleaning.cleaning_id and c.status = 'open' and c.owner = me collate "C";
    if not found then
        answer := public.earlier_answer(request, 'edit', hash);
        if answer is not null then
            return answer;
        end if;
        perform public.refuse_move(cleaning_id, true, 'open', null);
    end if;
    answer := jsonb_build_object('id', cleaning_id, 'status', 'open', 'price', price::numeric(10, 2));
    return public.keep_answer(request, 'edit', hash, answer);
end
$$;
comment on function public.edit_cleaning(uuid, bigint, text, text, text, numeric) is
    'Changes an open job of one''s own: request id, job, name, description, type, price per hour. Returns id, status, price';

create function public.cancel_cleaning(request uuid, cleaning_id bigint) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'cancel', hash);
begin
    if answer is not null then
        return answer;
    end if;
    update public.cleanings c
    set status = 'cancelled', updated_at = now()
    where c.id = cancel_cleaning.cleaning_id and c.status = 'open' and c.owner = me collate "C";
    if not found then
        answer := public.earlier_answer(request, 'cancel', hash);
        if answer is not null then
            return answer;
        end if;
        perform public.refuse_move(cleaning_id, true, 'open', null);
    end if;
    answer := jsonb_build_object('id', cleaning_id, 'status', 'cancelled');
    return public.keep_answer(request, 'cancel', hash, answer);
end
$$;
comment on function public.cancel_cleaning(uuid, bigint) is
    'Takes back an open job of one''s own: request id, job. Returns id, status';

create function public.claim_cleaning(request uuid, cleaning_id bigint, shown_price numeric) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, shown_price)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'claim', hash);
begin
    if answer is not null then
        return answer;
    end if;
    if shown_price is null then
        raise exception 'a claim names the price that was shown' using errcode = 'PH001', column = 'price';
    end if;
    -- whoever updates the row first has the job; the others wait for the commit and then find it taken
    update public.cleanings c
    set status = 'claimed', claimed_by = me, updated_at = now()
    where c.id = claim_cleaning.cleaning_id and c.status = 'open' and c.owner <> me collate "C"
        and c.price = shown_price
    returning jsonb_build_object('id', c.id, 'status', c.status, 'price', c.price) into answer;
    if not found then
        answer := public.earlier_answer(request, 'claim', hash);
        if answer is not null then
            return answer;
        end if;
        perform public.refuse_move(cleaning_id, false, 'open', shown_price);
    end if;
    return public.keep_answer(request, 'claim', hash, answer);
end
$$;
comment on function public.claim_cleaning(uuid, bigint, numeric) is
    'Takes an open job of somebody else: request id, job, the price per hour that was shown. Returns id, status, price';

create function public.release_cleaning(request uuid, cleaning_id bigint) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'release', hash);
begin
    if answer is not null then
        return answer;
    end if;
    update public.cleanings c
    set status = 'open', claimed_by = null, updated_at = now()
    where c.id = release_cleaning.cleaning_id and c.status = 'claimed' and c.claimed_by = me collate "C";
    if not found then
        answer := public.earlier_answer(request, 'release', hash);
        if answer is not null then
            return answer;
        end if;
        perform public.refuse_move(cleaning_id, null, 'claimed', null);
    end if;
    answer := jsonb_build_object('id', cleaning_id, 'status', 'open');
    return public.keep_answer(request, 'release', hash, answer);
end
$$;
comment on function public.release_cleaning(uuid, bigint) is
    'Gives back a job that one has claimed: request id, job. Returns id, status';

-- owner, and who may call what: in the same transaction, so that no moment exists in which everybody may
do $$
declare
    signature text;
begin
    foreach signature in array array[
        'public.member_login()',
        'public.check_cleaning(text, text, text, numeric)',
        'public.earlier_answer(uuid, text, bytea)',
        'public.keep_answer(uuid, text, bytea, jsonb)',
        'public.refuse_move(bigint, boolean, text, numeric)',
        'public.post_cleaning(uuid, text, text, text, numeric)',
        'public.edit_cleaning(uuid, bigint, text, text, text, numeric)',
        'public.cancel_cleaning(uuid, bigint)',
        'public.claim_cleaning(uuid, bigint, numeric)',
        'public.release_cleaning(uuid, bigint)'
    ] loop
        execute pg_catalog.format('alter function %s owner to phresh_owner', signature);
        execute pg_catalog.format('revoke all on function %s from public', signature);
    end loop;
end
$$;

grant execute on function
    public.post_cleaning(uuid, text, text, text, numeric),
    public.edit_cleaning(uuid, bigint, text, text, text, numeric),
    public.cancel_cleaning(uuid, bigint),
    public.claim_cleaning(uuid, bigint, numeric),
    public.release_cleaning(uuid, bigint)
to phresh_member;
