-- The table that phresh grew from, unchanged: five columns, in this order, and an index on the name.

-- migrate:up
set local lock_timeout = '5s';

-- a server that cannot hold what comes later is refused before anything is made
do $$
begin
    if current_setting('server_version_num')::integer < 160000 then
        raise exception 'phresh needs PostgreSQL 16 or later, and this server is %', current_setting('server_version')
            using hint = 'SET FALSE on a role grant, which members depend on, came with version 16.';
    end if;
    if getdatabaseencoding() <> 'UTF8' then
        raise exception 'phresh needs a database in UTF8, and this one is in %', getdatabaseencoding()
            using hint = 'create database phresh encoding ''UTF8'' template template0;';
    end if;
end
$$;

create table public.cleanings (
    id serial primary key,
    name text not null,
    description text,
    cleaning_type text not null default 'spot_clean',
    price numeric(10, 2) not null
);

create index ix_cleanings_name on public.cleanings (name);

-- migrate:down
set local lock_timeout = '5s';

drop table public.cleanings;
