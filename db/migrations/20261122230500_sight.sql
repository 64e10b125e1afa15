-- What a policy hides stays hidden from EXPLAIN ANALYZE and from the clock. An operator that is marked leakproof (equal,
-- less, starts with) may be asked before a policy when it is the cheaper of the two, and the plan then shows by the parts
-- that never ran whether the guess was right: others' phone numbers could be read letter by letter. Nothing is cheaper
-- than these functions, so they are asked first.

-- migrate:up
set local lock_timeout = '5s';

-- They are called for each row that is read, so they set nothing for their own time; every name is qualified instead.
create function public.sees_offer(login text, cleaning_id integer) returns boolean
language plpgsql stable parallel safe cost 0.000001
as $$
declare
    me constant pg_catalog.text collate pg_catalog."C" := session_user;
begin
    if login operator(pg_catalog.=) me then
        return true;
    end if;
    return exists (
        select from public.cleanings c
        where c.id operator(pg_catalog.=) sees_offer.cleaning_id and c.owner operator(pg_catalog.=) me
    );
end
$$;
comment on function public.sees_offer(text, integer) is 'Whether an offer is the caller''s, or on a job of the caller''s';

create function public.sees_details(owner text, cleaning_id integer) returns boolean
language plpgsql stable parallel safe cost 0.000001
as $$
declare
    me constant pg_catalog.text collate pg_catalog."C" := session_user;
begin
    if owner operator(pg_catalog.=) me then
        return true;
    end if;
    return exists (
        select from public.cleanings c
        where c.id operator(pg_catalog.=) sees_details.cleaning_id and c.claimed_by operator(pg_catalog.=) me
            and public.state_now(c.status, c.done_at) operator(pg_catalog.=) any (array['claimed', 'done'])
    );
end
$$;
comment on function public.sees_details(text, integer) is
    'Whether the caller may see the private details of a job: its owner, and its cleaner while it is claimed or done';

create function public.sees_profile(login text) returns boolean
language plpgsql stable parallel safe cost 0.000001
as $$
declare
    me constant pg_catalog.text collate pg_catalog."C" := session_user;
begin
    if login operator(pg_catalog.=) me then
        return true;
    end if;
    return exists (
        select from public.cleanings c
        where c.owner operator(pg_catalog.=) login and c.claimed_by operator(pg_catalog.=) me
            and c.status operator(pg_catalog.=) 'claimed'
    ) or exists (
        select from public.cleanings c
        where c.claimed_by operator(pg_catalog.=) login and c.owner operator(pg_catalog.=) me
            and c.status operator(pg_catalog.=) 'claimed'
    );
end
$$;
comment on function public.sees_profile(text) is
    'Whether the caller may see phone and email of a member: oneself, and the other party of a job that is claimed';

create function public.sees_event(move text, owner text, other text, actor text) returns boolean
language plpgsql stable parallel safe cost 0.000001
as $$
declare
    me constant pg_catalog.text collate pg_catalog."C" := session_user;
begin
    return move operator(pg_catalog.=) any (array['post', 'edit']) or owner operator(pg_catalog.=) me
        or actor operator(pg_catalog.=) me or coalesce(other operator(pg_catalog.=) me, false);
end
$$;
comment on function public.sees_event(text, text, text, text) is
    'Whether the caller may see an event: posts and edits, and whatever the caller is a party of';

-- reads reviews, which members may not
create function public.sees_review(cleaning_id integer, author text, subject text, written_at timestamptz) returns boolean
language sql stable parallel safe security definer cost 0.000001
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
return sees_review.author = session_user::text collate "C" or sees_review.written_at < now() - interval '14 days' or 2 = (
    -- both of them, so that asking for one that may be there says nothing
    select count(*) from public.reviews r
    where r.cleaning_id = sees_review.cleaning_id
        and (r.author, r.subject) in ((sees_review.author, sees_review.subject), (sees_review.subject, sees_review.author))
);
comment on function public.sees_review(integer, text, text, timestamptz) is
    'Whether the caller may see a review: one''s own, those where both are in, and those that are fourteen days old';

do $$
declare
    target regprocedure;
begin
    for target in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'public'::pg_catalog.regnamespace and p.proname = any (array[
        'sees_offer',
        'sees_details',
        'sees_profile',
        'sees_event',
        'sees_review'
        ])
    loop
        execute pg_catalog.format('alter function %s owner to phresh_owner', target);
        execute pg_catalog.format('revoke all on function %s from public', target);
        execute pg_catalog.format('grant execute on function %s to phresh_member', target);
    end loop;
end
$$;

alter policy offers_of_parties on public.offers using (public.sees_offer(login, cleaning_id));
alter policy details_of_parties on public.private_details using (public.sees_details(owner, cleaning_id));
alter policy profile_of_parties on public.private_profiles using (public.sees_profile(login));
alter policy events_of_parties on public.events using (public.sees_event(move, owner, other, actor));

-- a bare boolean is the one condition that costs nothing at all
create or replace view public.visible_reviews with (security_barrier) as
select r.cleaning_id, r.author, r.subject, r.no_show::integer = 1 as no_show, r.overall, r.professionalism, r.completeness,
    r.efficiency, r.headline, r.comment, r.written_at
from public.reviews r
where public.sees_review(r.cleaning_id, r.author, r.subject, r.written_at);

-- The planner's guesses come from samples of the columns, and EXPLAIN shows the guesses: no samples of what is private.
alter table public.private_details
    alter column address set statistics 0, alter column access_notes set statistics 0, alter column phone set statistics 0;
alter table public.private_profiles alter column phone set statistics 0, alter column email set statistics 0;
alter table public.offers alter column message set statistics 0, alter column price set statistics 0;
alter table public.events alter column reason set statistics 0, alter column details set statistics 0;
alter table public.reviews alter column headline set statistics 0, alter column comment set statistics 0;

-- migrate:down
set local lock_timeout = '5s';

alter table public.private_details
    alter column address set statistics -1, alter column access_notes set statistics -1, alter column phone set statistics -1;
alter table public.private_profiles alter column phone set statistics -1, alter column email set statistics -1;
alter table public.offers alter column message set statistics -1, alter column price set statistics -1;
alter table public.events alter column reason set statistics -1, alter column details set statistics -1;
alter table public.reviews alter column headline set statistics -1, alter column comment set statistics -1;

create or replace view public.visible_reviews with (security_barrier) as
select r.cleaning_id, r.author, r.subject, r.no_show, r.overall, r.professionalism, r.completeness, r.efficiency,
    r.headline, r.comment, r.written_at
from public.reviews r
where r.author = session_user::text collate "C"
    or r.written_at < pg_catalog.now() - interval '14 days'
    or exists (
        select from public.reviews other
        where other.cleaning_id = r.cleaning_id and other.author = r.subject and other.subject = r.author
    );

alter policy offers_of_parties on public.offers using (
    login = session_user::text collate "C"
    or exists (
        select from public.cleanings c
        where c.id = offers.cleaning_id and c.owner = session_user::text collate "C"
    )
);
alter policy details_of_parties on public.private_details using (
    owner = session_user::text collate "C"
    or exists (
        select from public.cleanings c
        where c.id = private_details.cleaning_id and c.claimed_by = session_user::text collate "C"
            and public.state_now(c.status, c.done_at) in ('claimed', 'done')
    )
);
alter policy profile_of_parties on public.private_profiles using (
    login = session_user::text collate "C"
    or exists (
        select from public.cleanings c
        where c.owner = private_profiles.login and c.claimed_by = session_user::text collate "C" and c.status = 'claimed'
    )
    or exists (
        select from public.cleanings c
        where c.claimed_by = private_profiles.login and c.owner = session_user::text collate "C" and c.status = 'claimed'
    )
);
alter policy events_of_parties on public.events using (
    move in ('post', 'edit') or owner = session_user::text collate "C" or other = session_user::text collate "C"
    or actor = session_user::text collate "C"
);

drop function public.sees_offer(text, integer);
drop function public.sees_details(text, integer);
drop function public.sees_profile(text);
drop function public.sees_event(text, text, text, text);
drop function public.sees_review(integer, text, text, timestamptz);
