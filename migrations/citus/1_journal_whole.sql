-- On Citus the shards part the journal, so its 32 parts (migrations/cloud) are taken back first: parts of parts would be
-- a thousand tables. Plain PostgreSQL; keeps every row. Run after the cloud has migrated, as the owner of the tables.
begin;
create table journal_whole (like journal);
insert into journal_whole select * from journal;
drop table journal;
alter table journal_whole rename to journal;
alter table journal add primary key (shop_id, device_id, seq), add unique (shop_id, arrival);
create index journal_id on journal (shop_id, id);
create index journal_people on journal (shop_id, arrival) where type in ('member.joined', 'member.changed', 'person.read', 'person.exported', 'person.erased');
alter table journal enable row level security;
create policy of_this_shop on journal to xiaopu_service
  using (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid)
  with check (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid);
grant select, insert on journal to xiaopu_service;
commit;
