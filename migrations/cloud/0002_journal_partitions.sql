-- The journal in 32 parts by a hash of its shop (docs/decisions/0007). All rows of a shop lie in one part, so the
-- database itself still keeps (shop_id, device_id, seq) unique, and no job ever has to make a part.
-- Keys are built behind the rows: once, sorted, instead of row by row.

create table journal_parted (like journal) partition by hash (shop_id);

do $$
begin
  for part in 0..31 loop
    execute format('create table %I partition of journal_parted for values with (modulus 32, remainder %s)', 'journal_' || lpad(part::text, 2, '0'), part);
    -- A part is nobody's to name: without a policy it shows no row, even to a role that was given it by mistake.
    execute format('alter table %I enable row level security', 'journal_' || lpad(part::text, 2, '0'));
  end loop;
end
$$;

insert into journal_parted (shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at)
select shop_id, device_id, seq, arrival, id, type, at, text, hash, received_at from journal;

drop table journal;
alter table journal_parted rename to journal;
alter table journal add primary key (shop_id, device_id, seq), add unique (shop_id, arrival);
create index journal_id on journal (shop_id, id);

alter table journal enable row level security;
create policy of_this_shop on journal to xiaopu_service
  using (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid)
  with check (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid);
grant select, insert on journal to xiaopu_service;
