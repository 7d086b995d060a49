-- How much of each good a sale sold, how much of that names no lot, and whether the sale names a lot of it too; in
-- thousandths. What a recall looks through for goods without lots. Filled behind the sales, so that taking them in does
-- not wait for it: sale_good_upto is the arrival up to which the shop's sales are in it.
create table sale_good (
  shop_id uuid not null,
  good_id uuid not null,
  sale_id uuid not null,
  date text not null,
  quantity bigint not null,
  unnamed bigint not null,
  named boolean not null,
  primary key (shop_id, good_id, sale_id)
);
create table sale_good_upto (
  shop_id uuid primary key,
  arrival bigint not null
);
do $$
declare
  tenant text;
begin
  foreach tenant in array array['sale_good', 'sale_good_upto'] loop
    execute format('alter table %I enable row level security', tenant);
    execute format(
      'create policy of_this_shop on %I to xiaopu_service using (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid) with check (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid)',
      tenant);
  end loop;
end
$$;
grant select, insert, update, delete on sale_good, sale_good_upto to xiaopu_service;
