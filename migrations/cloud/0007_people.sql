-- Personal records, each under seal with a key that is not in this database; the journal names them by digest. Erasing a person deletes their rows.
create table person (
  shop_id uuid not null,
  person_id uuid not null,
  digest text not null,
  event_id uuid not null,
  hlc text not null,
  -- Names of the fields it sets, bound to the seal.
  fields text not null,
  key_id text not null,
  sealed bytea not null,
  device_id uuid not null,
  received_at bigint not null,
  primary key (shop_id, person_id, digest)
);
create index person_key on person (shop_id, key_id);
-- Keyed hashes that find a telephone number; made again from the records.
create table person_tag (
  shop_id uuid not null,
  kind text not null,
  tag text not null,
  person_id uuid not null,
  key_id text not null,
  primary key (shop_id, kind, tag, person_id)
);
create index person_tag_person on person_tag (shop_id, person_id);
create index person_tag_key on person_tag (shop_id, key_id);
create index reference_merged on reference (shop_id, (doc ->> 'mergedInto')) where kind = 'member';
create index journal_people on journal (shop_id, arrival) where type in ('member.joined', 'member.changed', 'person.read', 'person.exported', 'person.erased');

do $$
declare
  tenant text;
begin
  foreach tenant in array array['person', 'person_tag'] loop
    execute format('alter table %I enable row level security', tenant);
    execute format(
      'create policy of_this_shop on %I to xiaopu_service using (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid) with check (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid)',
      tenant);
  end loop;
end
$$;
-- Which ring of keys seals here: a process with another one would read nothing, and write what the others can't read.
alter table platform add column personal_ring text;
grant update on platform to xiaopu_service;
grant select, insert, update, delete on person, person_tag to xiaopu_service;
