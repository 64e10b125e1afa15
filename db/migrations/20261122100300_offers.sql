-- Offers on jobs that are booked by offer.

-- migrate:up
set local lock_timeout = '5s';

create function public.make_offer(request uuid, cleaning_id bigint, price numeric, message text default '') returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, price, message)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'offer', hash);
    job public.cleanings;
    earlier public.offers;
begin
    if answer is not null then
        return answer;
    end if;
    perform public.check_price(price);
    perform public.check_text(message, 'message', 2000, true);
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'offer', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'offer');
    if job.booking <> 'by_offer' then
        raise exception 'job % is booked instantly', job.id using errcode = 'PH014', hint = 'Claim it.';
    end if;
    select o.* into earlier from public.offers o where o.cleaning_id = job.id and o.login = me collate "C";
    insert into public.offers (cleaning_id, login, price, message) values (job.id, me, price, coalesce(message, ''))
    on conflict on constraint offers_pkey do update
    set price = excluded.price, message = excluded.message, status = 'live', updated_at = now();
    update public.cleanings c set version = c.version + 1 where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'offer', 'open', me, null, jsonb_strip_nulls(jsonb_build_object(
        'price', price::numeric(10, 2), 'before', case when earlier.status = 'live' then earlier.price end
    )));
    return public.keep_answer(request, 'offer', hash,
        jsonb_build_object('id', job.id, 'status', 'live', 'price', price::numeric(10, 2)));
end
$$;
comment on function public.make_offer(uuid, bigint, numeric, text) is
    'Offers to do an open job that is booked by offer, or changes that offer: request id, job, price per hour, message';

create function public.withdraw_offer(request uuid, cleaning_id bigint) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'withdraw', hash);
    job public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'withdraw', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'withdraw');
    update public.offers o set status = 'withdrawn', updated_at = now()
    where o.cleaning_id = job.id and o.login = me collate "C" and o.status = 'live';
    if not found then
        raise exception 'you have no offer on job %', job.id using errcode = 'PH015';
    end if;
    update public.cleanings c set version = c.version + 1 where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'withdraw', 'open', me, null, '{}');
    return public.keep_answer(request, 'withdraw', hash, jsonb_build_object('id', job.id, 'status', 'withdrawn'));
end
$$;
comment on function public.withdraw_offer(uuid, bigint) is 'Takes one''s own offer back: request id, job';

create function public.decline_offer(request uuid, cleaning_id bigint, handle text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, handle)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'decline', hash);
    job public.cleanings;
begin
    if answer is not null then
        return answer;
    end if;
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'decline', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'decline');
    update public.offers o set status = 'declined', updated_at = now()
    where o.cleaning_id = job.id and o.login = ('m_' || handle) collate "C" and o.status = 'live';
    if not found then
        raise exception 'there is no offer of @% on job %', handle, job.id using errcode = 'PH015';
    end if;
    update public.cleanings c set version = c.version + 1 where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'decline', 'open', 'm_' || handle, null, '{}');
    return public.keep_answer(request, 'decline', hash, jsonb_build_object('id', job.id, 'status', 'declined'));
end
$$;
comment on function public.decline_offer(uuid, bigint, text) is 'Says no to an offer on one''s own job: request id, job, handle';

create function public.accept_offer(request uuid, cleaning_id bigint, handle text, shown_price numeric) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    me text := public.member_login();
    hash bytea := sha256(convert_to(row(cleaning_id, handle, shown_price)::text, 'UTF8'));
    answer jsonb := public.earlier_answer(request, 'accept', hash);
    job public.cleanings;
    offer public.offers;
begin
    if answer is not null then
        return answer;
    end if;
    job := public.locked_job(cleaning_id);
    answer := public.earlier_answer(request, 'accept', hash);
    if answer is not null then
        return answer;
    end if;
    perform public.check_move(job, 'accept');
    select o.* into offer from public.offers o
    where o.cleaning_id = job.id and o.login = ('m_' || handle) collate "C" and o.status = 'live';
    if not found then
        raise exception 'there is no offer of @% on job %', handle, job.id using errcode = 'PH015';
    end if;
    if offer.price is distinct from shown_price then
        raise exception 'the offer of @% is now % per hour', handle, offer.price using
            errcode = 'PH004', detail = offer.price::text, hint = 'Accept it again at the new price, if you like it.';
    end if;
    update public.offers o set status = 'accepted', updated_at = now()
    where o.cleaning_id = job.id and o.login = offer.login;
    update public.cleanings c
    set status = 'claimed', claimed_by = offer.login, agreed_price = offer.price, claimed_at = clock_timestamp(),
        updated_at = now(), version = c.version + 1
    where c.id = job.id returning c.* into job;
    perform public.book_time(job, offer.login);
    perform public.record_move(job, 'accept', 'open', offer.login, null, jsonb_build_object('price', offer.price));
    return public.keep_answer(request, 'accept', hash,
        jsonb_build_object('id', job.id, 'status', job.status, 'price', offer.price, 'claimed_by', handle));
end
$$;
comment on function public.accept_offer(uuid, bigint, text, numeric) is
    'Gives one''s own job to an offerer at the offered price: request id, job, handle, the price per hour that was shown';

-- owner, and who may call: in the same transaction, so that no moment exists in which everybody may
do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'make_offer',
        'withdraw_offer',
        'decline_offer',
        'accept_offer'
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
        'make_offer',
        'withdraw_offer',
        'decline_offer',
        'accept_offer'
        ])
    loop
        execute pg_catalog.format('drop function %s', target);
    end loop;
end
$$;
