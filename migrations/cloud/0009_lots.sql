-- Lots by till: what each till moved of a lot, in thousandths. A lot moves only where its good's stock does, whose number
-- of the shop's counter says when it is told.
create table lot (
  shop_id uuid not null,
  good_id uuid not null,
  no text not null,
  expiry text not null,
  device_id uuid not null,
  quantity bigint not null,
  primary key (shop_id, good_id, no, expiry, device_id)
);
alter table lot enable row level security;
create policy of_this_shop on lot to xiaopu_service
  using (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid) with check (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid);
grant select, insert, update, delete on lot to xiaopu_service;
