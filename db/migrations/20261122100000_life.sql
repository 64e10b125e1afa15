-- The whole life of a job: when and how it is booked, offers, what is private, reviews, and the record of all of it.
-- Every table that belongs to a job has a key that begins with the job's; what belongs to a member begins with the login.

-- migrate:up
set local lock_timeout = '5s';

-- the operator class that lets an exclusion constraint compare logins
create extension if not exists btree_gist with schema public;

alter table public.cleanings
    add column area text,
    add column starts_at timestamptz,
    add column hours numeric(4, 2),
    add column booking text not null default 'instantly',
    -- what the job was claimed for: the price on display, or that of the accepted offer
    add column agreed_price numeric(10, 2),
    add column claimed_at timestamptz,
    add column hours_worked numeric(4, 2),
    add column total numeric(12, 2),
    add column done_at timestamptz,
    -- counts the moves: the number of the newest event. The default is what every job from before has, open or not, so
    -- that no row is written for it: an old row that breaks a rule could not be.
    add column version integer not null default 1,
    add constraint cleanings_area check (
        pg_catalog.char_length(area) between 1 and 60 and area !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
    add constraint cleanings_starts_at check (starts_at between '2000-01-01 00:00+00' and '2200-01-01 00:00+00'),
    add constraint cleanings_hours check (hours > 0 and hours <= 24 and hours * 4 = pg_catalog.trunc(hours * 4)),
    add constraint cleanings_booking check (booking in ('instantly', 'by_offer')),
    add constraint cleanings_hours_worked check (
        hours_worked > 0 and hours_worked <= 24 and hours_worked * 4 = pg_catalog.trunc(hours_worked * 4)
    ),
    -- a quarter of an hour at 20.01 is no whole number of cents
    add constraint cleanings_total check (total = pg_catalog.round(hours_worked * agreed_price, 2)),
    drop constraint cleanings_status_known,
    drop constraint cleanings_claimed;

-- a claimed job keeps every rule, for the claim has written it
update public.cleanings set agreed_price = price, claimed_at = updated_at where claimed_by is not null;

alter table public.cleanings
    add constraint cleanings_status_known check (status in ('open', 'claimed', 'done', 'confirmed', 'cancelled')),
    add constraint cleanings_claimed check ((status in ('claimed', 'done', 'confirmed')) = (claimed_by is not null)),
    add constraint cleanings_agreed check ((claimed_by is null) = (agreed_price is null) and (claimed_by is null) = (claimed_at is null)),
    add constraint cleanings_done check (
        (status in ('done', 'confirmed')) = (done_at is not null)
        and (done_at is null) = (total is null) and (total is null) = (hours_worked is null)
    );
comment on column public.cleanings.price is 'Per hour, as posted; agreed_price is what it was claimed for';

create index cleanings_open_by_start on public.cleanings (starts_at, id) where status = 'open';
-- without it, counting the open jobs of a type reads the whole table
create index cleanings_open_by_type on public.cleanings (cleaning_type, price, id) where status = 'open';
create index cleanings_open_by_area on public.cleanings (area, id) where status = 'open';

-- a job that stays done for seven days counts as confirmed: worked out whenever it is read or moved
create function public.state_now(status text, done_at timestamptz) returns text
language sql stable parallel safe
-- the time of the statement: a transaction that is kept open does not stop the clock
return case when status = 'done' and done_at < pg_catalog.statement_timestamp() - interval '7 days' then 'confirmed' else status end;
comment on function public.state_now(text, timestamptz) is 'The state of a job: one that has been done for seven days counts as confirmed';

-- the moves of a job, mirrored in phresh_tui/market/moves.py; a test holds that the two agree
create table public.moves (
    move text collate "C" not null,
    from_state text collate "C" not null,
    to_state text collate "C" not null,
    who text collate "C" not null,
    primary key (move, from_state),
    constraint moves_who check (who in ('owner', 'cleaner', 'other', 'party'))
);
comment on table public.moves is 'Which move leads from which state to which, and who may make it';
insert into public.moves (move, from_state, to_state, who) values
    ('edit', 'open', 'open', 'owner'),
    ('claim', 'open', 'claimed', 'other'),
    ('offer', 'open', 'open', 'other'),
    ('withdraw', 'open', 'open', 'other'),
    ('undo_withdraw', 'open', 'open', 'other'),
    ('accept', 'open', 'claimed', 'owner'),
    ('decline', 'open', 'open', 'owner'),
    ('undo_decline', 'open', 'open', 'owner'),
    ('release', 'claimed', 'open', 'party'),
    ('undo_release', 'open', 'claimed', 'party'),
    ('finish', 'claimed', 'done', 'cleaner'),
    ('confirm', 'done', 'confirmed', 'owner'),
    ('send_back', 'done', 'claimed', 'owner'),
    ('cancel', 'open', 'cancelled', 'owner'),
    ('cancel', 'claimed', 'cancelled', 'owner'),
    ('undo_cancel', 'cancelled', 'open', 'owner'),
    ('review', 'confirmed', 'confirmed', 'party');

create table public.offers (
    cleaning_id integer not null,
    login text collate "C" not null,
    price numeric(10, 2) not null,
    message text not null default '',
    -- a live offer on a claimed job stands by
    status text not null default 'live',
    made_at timestamptz not null default pg_catalog.clock_timestamp(),
    updated_at timestamptz not null default pg_catalog.now(),
    primary key (cleaning_id, login),
    constraint offers_status_known check (status in ('live', 'accepted', 'declined', 'withdrawn')),
    constraint offers_price_range check (price >= 0.01 and price <= 99999999.99),
    constraint offers_message check (
        pg_catalog.char_length(message) <= 2000
        and message !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    )
);
comment on table public.offers is 'What members would do a job for: one row for each member and job';
-- exactly one accepted at any time, whatever the functions do
create unique index offers_one_accepted on public.offers (cleaning_id) where status = 'accepted';
create index offers_by_member on public.offers (login, updated_at, cleaning_id);

create table public.private_details (
    cleaning_id integer primary key,
    owner text collate "C" not null,
    address text not null default '',
    access_notes text not null default '',
    phone text not null default '',
    constraint private_details_length check (
        pg_catalog.char_length(address) <= 500 and pg_catalog.char_length(access_notes) <= 2000
        and pg_catalog.char_length(phone) <= 60
    ),
    constraint private_details_characters check (
        (address || access_notes || phone) !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    )
);
comment on table public.private_details is 'For the owner, and for the cleaner while the job is claimed or done';

-- when a member has something to do. It lies with the member, so the constraint that forbids overlaps needs one shard only,
-- wherever the jobs lie; a claim writes both in one transaction.
create table public.bookings (
    login text collate "C" not null,
    cleaning_id integer not null,
    during tstzrange not null,
    primary key (login, cleaning_id),
    constraint bookings_no_overlap exclude using gist (login with =, during with &&)
);
comment on table public.bookings is 'The claimed jobs of a member that have a start and hours';

create table public.events (
    cleaning_id integer not null,
    version integer not null,
    -- the time of the move and not of its transaction, which its member may have begun whenever he liked
    happened_at timestamptz not null default pg_catalog.clock_timestamp(),
    actor text collate "C" not null,
    move text not null,
    from_state text,
    to_state text not null,
    owner text collate "C" not null,
    -- the cleaner, or whose offer it is about
    other text collate "C",
    reason text,
    details jsonb not null default '{}',
    primary key (cleaning_id, version),
    constraint events_reason check (
        pg_catalog.char_length(reason) between 1 and 1000
        and reason !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    )
);
comment on table public.events is 'One row for each move, written with it; nobody changes or removes one';
create index events_feed on public.events (happened_at, cleaning_id, version) where move in ('post', 'edit');
create index events_by_owner on public.events (owner, happened_at, cleaning_id, version);
create index events_by_other on public.events (other, happened_at, cleaning_id, version) where other is not null;

-- A job that was there before there was a record begins its record now. Its newest event is number 1, as the default of
-- its version says; what came before that is number 0.
insert into public.events (cleaning_id, version, actor, move, to_state, owner, happened_at)
select id, case when status = 'open' then 1 else 0 end, owner, 'post', 'open', owner, created_at from public.cleanings;
insert into public.events (cleaning_id, version, actor, move, from_state, to_state, owner, other, happened_at, details)
select id, 1, coalesce(claimed_by, owner), case status when 'claimed' then 'claim' else 'cancel' end, 'open', status, owner,
    claimed_by, updated_at,
    case status when 'claimed' then pg_catalog.jsonb_build_object('price', price) else '{}' end
from public.cleanings where status <> 'open';

create table public.read_events (
    login text collate "C" not null,
    cleaning_id integer not null,
    version integer not null,
    primary key (login, cleaning_id, version)
);
comment on table public.read_events is 'Which events a member has read';

create table public.reviews (
    cleaning_id integer not null,
    author text collate "C" not null,
    subject text collate "C" not null,
    no_show boolean not null default false,
    overall smallint,
    professionalism smallint,
    completeness smallint,
    efficiency smallint,
    headline text not null default '',
    comment text not null default '',
    written_at timestamptz not null default pg_catalog.clock_timestamp(),
    primary key (cleaning_id, author, subject),
    constraint reviews_others check (author <> subject),
    constraint reviews_stars check (
        (overall between 1 and 5) and (professionalism between 1 and 5) and (completeness between 1 and 5)
        and (efficiency between 1 and 5)
    ),
    -- whoever did not come cannot have earned stars
    constraint reviews_no_show check (
        case when no_show then overall is null and professionalism is null and completeness is null and efficiency is null
            else overall is not null end
    ),
    constraint reviews_text check (
        pg_catalog.char_length(headline) <= 120 and pg_catalog.char_length(comment) <= 5000
        and headline !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
        and comment !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    )
);
comment on table public.reviews is 'What owner and cleaner say of each other; read through visible_reviews';
create index reviews_by_subject on public.reviews (subject, written_at);

alter table public.members
    add column name text not null default '',
    add column bio text not null default '',
    add column areas text not null default '',
    add constraint members_text check (
        pg_catalog.char_length(name) <= 80 and pg_catalog.char_length(bio) <= 2000 and pg_catalog.char_length(areas) <= 500
        and (name || areas) !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
        and bio !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    );

create table public.private_profiles (
    login text collate "C" primary key,
    phone text not null default '',
    email text not null default '',
    constraint private_profiles_text check (
        pg_catalog.char_length(phone) <= 60 and pg_catalog.char_length(email) <= 254
        and (phone || email) !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    )
);
comment on table public.private_profiles is 'For the member, and for the other party of a job that is claimed';

-- --- who reads what

alter table public.moves owner to phresh_owner;
alter table public.offers owner to phresh_owner;
alter table public.private_details owner to phresh_owner;
alter table public.bookings owner to phresh_owner;
alter table public.events owner to phresh_owner;
alter table public.read_events owner to phresh_owner;
alter table public.reviews owner to phresh_owner;
alter table public.private_profiles owner to phresh_owner;
alter function public.state_now(text, timestamptz) owner to phresh_owner;
revoke all on function public.state_now(text, timestamptz) from public;
grant execute on function public.state_now(text, timestamptz) to phresh_member;

alter table public.offers enable row level security;
alter table public.private_details enable row level security;
alter table public.bookings enable row level security;
alter table public.events enable row level security;
alter table public.read_events enable row level security;
alter table public.private_profiles enable row level security;

create policy offers_of_parties on public.offers for select to phresh_member using (
    login = session_user::text collate "C"
    or exists (
        select from public.cleanings c
        where c.id = offers.cleaning_id and c.owner = session_user::text collate "C"
    )
);
create policy details_of_parties on public.private_details for select to phresh_member using (
    owner = session_user::text collate "C"
    or exists (
        select from public.cleanings c
        where c.id = private_details.cleaning_id and c.claimed_by = session_user::text collate "C"
            and public.state_now(c.status, c.done_at) in ('claimed', 'done')
    )
);
create policy bookings_of_self on public.bookings for select to phresh_member using (
    login = session_user::text collate "C"
);
-- posts and edits are public, everything else is between the parties
create policy events_of_parties on public.events for select to phresh_member using (
    move in ('post', 'edit') or owner = session_user::text collate "C" or other = session_user::text collate "C"
    or actor = session_user::text collate "C"
);
create policy read_by_self on public.read_events for select to phresh_member using (
    login = session_user::text collate "C"
);
create policy profile_of_parties on public.private_profiles for select to phresh_member using (
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

-- both become visible when both are in, or after fourteen days; one's own is always visible
create view public.visible_reviews with (security_barrier) as
select r.cleaning_id, r.author, r.subject, r.no_show, r.overall, r.professionalism, r.completeness, r.efficiency,
    r.headline, r.comment, r.written_at
from public.reviews r
where r.author = session_user::text collate "C"
    or r.written_at < pg_catalog.now() - interval '14 days'
    or exists (
        select from public.reviews other
        where other.cleaning_id = r.cleaning_id and other.author = r.subject and other.subject = r.author
    );
comment on view public.visible_reviews is 'Reviews that the one who looks may see';
alter view public.visible_reviews owner to phresh_owner;

grant select on public.moves, public.offers, public.private_details, public.bookings, public.events, public.read_events,
    public.private_profiles, public.visible_reviews to phresh_member;

-- migrate:down
set local lock_timeout = '5s';

drop view public.visible_reviews;
drop table public.private_profiles;
alter table public.members drop constraint members_text, drop column areas, drop column bio, drop column name;
drop table public.reviews;
drop table public.read_events;
drop table public.events;
drop table public.bookings;
drop table public.private_details;
drop table public.offers;
drop table public.moves;
drop index public.cleanings_open_by_area;
drop index public.cleanings_open_by_type;
drop index public.cleanings_open_by_start;
-- the states of before know neither done nor confirmed: such a job goes back to claimed
alter table public.cleanings
    drop constraint cleanings_done,
    drop constraint cleanings_agreed,
    drop constraint cleanings_claimed,
    drop constraint cleanings_status_known,
    drop constraint cleanings_total,
    drop constraint cleanings_hours_worked,
    drop constraint cleanings_booking,
    drop constraint cleanings_hours,
    drop constraint cleanings_starts_at,
    drop constraint cleanings_area;
update public.cleanings set status = 'claimed' where status in ('done', 'confirmed');
drop function public.state_now(text, timestamptz);
alter table public.cleanings
    add constraint cleanings_status_known check (status in ('open', 'claimed', 'cancelled')),
    add constraint cleanings_claimed check ((status = 'claimed') = (claimed_by is not null)),
    drop column version,
    drop column done_at,
    drop column total,
    drop column hours_worked,
    drop column claimed_at,
    drop column agreed_price,
    drop column booking,
    drop column hours,
    drop column starts_at,
    drop column area;
