"""Faults that are planted one at a time, and in which of the attacks each is to be found."""

from __future__ import annotations

PLANTED = {
    "update for members": "grant update on public.cleanings to phresh_member",
    "update of one column": "grant update (price) on public.cleanings to phresh_member",
    "foreign keys": "grant references (id) on public.cleanings to phresh_member",
    "locks of a table": "grant insert on public.offers to phresh_member",
    "insert for all": "grant insert on public.requests to public",
    "delete for members": "grant delete on public.members to phresh_member",
    "others' requests": "grant select on public.requests to phresh_member",
    "a function for all": "grant execute on function public.keep_answer(uuid, text, bytea, jsonb) to public",
    "sign-up by members": "grant execute on function public.sign_up(text, text) to phresh_member",
    "the sequence": "grant usage on sequence public.cleanings_id_seq to phresh_member",
    "objects in public": "grant create on schema public to public",
    "temporary tables": "grant temporary on database {database} to phresh_member",
    "the owner's role": "grant phresh_owner to m_mallory with set true",
    "somebody else's role": "grant m_victor to m_mallory",
    "admin of the members": "grant phresh_member to m_mallory with admin option",
    "making roles": "alter role m_mallory createrole",
    "superuser": "alter role m_mallory superuser",
    "files": "grant pg_read_server_files to m_mallory",
    "others' backends": "grant pg_signal_backend to m_mallory",
    "a table nobody thought of": "create table public.forgotten (x text); grant all on public.forgotten to public",
    "a function nobody thought of": "create function public.forgotten() returns integer language sql return 1",
    "a policy gone": "drop policy events_of_parties on public.events",
    "a policy for all": "create policy evil on public.private_details for select to phresh_member using (true)",
    "offers without policies": "alter table public.offers disable row level security",
    "private profiles without policies": "alter table public.private_profiles disable row level security",
    "bookings without policies": "alter table public.bookings disable row level security",
    "reviews before their time": "grant select on public.reviews to phresh_member",
    "reviews for all": """
        create or replace view public.visible_reviews with (security_barrier) as select cleaning_id, author, subject,
            no_show, overall, professionalism, completeness, efficiency, headline, comment, written_at
        from public.reviews
    """,
    "a policy that is asked after a guess": """
        alter policy profile_of_parties on public.private_profiles using (
            login = session_user::text collate "C" or exists (
                select from public.cleanings c
                where c.owner = private_profiles.login and c.claimed_by = session_user::text collate "C"
            )
        )
    """,
    "a policy that costs as much as a guess": "alter function public.sees_event(text, text, text, text) cost 100",
    "forged events": """
        grant insert on public.events to phresh_member;
        create policy evil on public.events for insert to phresh_member with check (true)
    """,
    "altered events": "grant update (reason) on public.events to phresh_member",
    "other moves": "grant update on public.moves to phresh_member",
    "a function left to everybody": "grant execute on function public.finish_cleaning(uuid, bigint, numeric) to public",
    "the operator's function": "grant execute on function public.clean_requests(interval) to phresh_member",
    "a move for the wrong one": "update public.moves set who = 'other' where move = 'send_back'",
    "a move from the wrong state": "insert into public.moves values ('cancel', 'done', 'cancelled', 'owner')",
    "no look at who and when": """
        create or replace function public.check_move(job public.cleanings, move text) returns void language sql as ''
    """,
    "no look at reasons": "create or replace function public.check_reason(reason text) returns void language sql as ''",
    "no look at texts": """
        create or replace function public.check_text(value text, field text, longest integer, of_lines boolean)
        returns void language sql as ''; alter table public.offers drop constraint offers_message
    """,
    "large objects": "grant execute on function pg_catalog.lo_from_bytea(oid, bytea) to public",
    "advisory locks": "grant execute on function pg_catalog.pg_advisory_xact_lock_shared(bigint) to phresh_member",
    "a place for tables": "create schema playground; grant create, usage on schema playground to public; "
    "grant references on public.cleanings to public",
    "an operator with a leak": """
        create function public.says(text) returns boolean language plpgsql leakproof cost 0.0001 as $$
        begin perform $1::integer; return true; end $$; grant execute on function public.says(text) to public
    """,
    "a price without bounds": """
        create or replace function public.check_cleaning(name text, description text, cleaning_type text, price numeric)
        returns void language sql as ''; alter table public.cleanings drop constraint cleanings_price_range
    """,
    "claims of one's own job at any price": """
        create or replace function public.claim_cleaning(request uuid, cleaning_id bigint, shown_price numeric)
        returns jsonb language sql security definer as $$
            update public.cleanings set status = 'claimed', claimed_by = session_user
            where id = cleaning_id returning '{{}}'::jsonb
        $$
    """,
}


# in which of the attacks a fault is to be found, so that not every attack is made for every fault
ABOUT = dict.fromkeys(PLANTED, "") | {
    "update for members": 'update public."cleanings"',
    "update of one column": 'update public."cleanings"',
    "foreign keys": "'references'",
    "locks of a table": 'lock table public."offers"',
    "insert for all": 'into public."requests"',
    "delete for members": 'delete from public."members"',
    "others' requests": '"requests"',
    "a function for all": "public.keep_answer",
    "sign-up by members": "public.sign_up",
    "the sequence": "cleanings_id_seq",
    "objects in public": "public.evil",
    "temporary tables": "temp",
    "the owner's role": "phresh_owner",
    "somebody else's role": "m_victor",
    "admin of the members": 'grant "phresh_member"',
    "making roles": "create role",
    "superuser": "set session authorization",
    "files": "pg_read_",
    "others' backends": "pg_terminate_backend",
    "a table nobody thought of": "forgotten",
    "a function nobody thought of": "forgotten",
    "reviews before their time": '"reviews"',
    "a policy that is asked after a guess": "explain public.private_profiles",
    "a policy that costs as much as a guess": "explain public.events",
    "forged events": 'into public."events"',
    "altered events": 'update public."events"',
    "other moves": 'update public."moves"',
    "a function left to everybody": "finish_cleaning",
    "the operator's function": "clean_requests",
    "large objects": "lo_from_bytea",
    "advisory locks": "advisory_xact_lock_shared",
    "a place for tables": "playground.evil",
    "an operator with a leak": "says",
    "a policy gone": "public.events",
    "a policy for all": "public.private_details",
    "offers without policies": "public.offers",
    "private profiles without policies": "public.private_profiles",
    "bookings without policies": "public.bookings",
    "reviews for all": "visible_reviews",
    "no look at reasons": "cancel_cleaning",
    "no look at texts": "make_offer",
    "a price without bounds": "post_cleaning",
    "claims of one's own job at any price": "claim_cleaning",
}
