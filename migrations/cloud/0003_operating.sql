-- The service says in /health which schema it found.
grant select on schema_version to xiaopu_service;

-- Which platform key signs here: processes with different ones would take each other's codes and sessions for forged.
create table platform (
  kid text primary key,
  one boolean not null unique default true check (one)
);
grant select, insert on platform to xiaopu_service;
