-- Which sales name which lots, in thousandths: what a recall looks through. One row for a lot in a sale.
create table sold_lot (
  shop_id uuid not null,
  good_id uuid not null,
  no text not null,
  expiry text not null,
  sale_id uuid not null,
  quantity bigint not null,
  primary key (shop_id, good_id, no, expiry, sale_id)
);
-- How often a code was looked at: of a whole lot (item empty) or of one item. Nothing of who looked.
create table trace_scan (
  shop_id uuid not null,
  lot_id uuid not null,
  item text not null,
  scans bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  primary key (shop_id, lot_id, item)
);
-- Lots by what codes, receipts and recalls know of them; those that were made of others.
create index reference_lot_no on reference (shop_id, (doc->>'no'), (doc->>'good')) where kind = 'lot';
create index reference_lot_good on reference (shop_id, (doc->>'good')) where kind = 'lot';
create index reference_lot_supplier on reference (shop_id, (doc->>'supplier')) where kind = 'lot';
create index reference_lot_date on reference (shop_id, (doc->>'date')) where kind = 'lot';
create index reference_lot_made on reference (shop_id, id) where kind = 'lot' and doc->'parents' is not null;
do $$
declare
  tenant text;
begin
  foreach tenant in array array['sold_lot', 'trace_scan'] loop
    execute format('alter table %I enable row level security', tenant);
    execute format(
      'create policy of_this_shop on %I to xiaopu_service using (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid) with check (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid)',
      tenant);
  end loop;
end
$$;
grant select, insert, update, delete on sold_lot, trace_scan to xiaopu_service;
-- Sales of before. A text with an escaped NUL is no jsonb; what it sold is found again when the shop's projections are rebuilt.
insert into sold_lot (shop_id, good_id, no, expiry, sale_id, quantity)
  select sale.shop_id, (line->>'good')::uuid, part->>'no', part->>'expiry', sale.id, sum((part->>'quantity')::bigint)
  from sale join journal on journal.shop_id = sale.shop_id and journal.device_id = sale.device_id and journal.seq = sale.seq,
    lateral jsonb_array_elements(case when journal.text like '%"lots":%' and journal.text not like '%\u0000%' then journal.text::jsonb->'body'->'lines' else '[]'::jsonb end) as line,
    lateral jsonb_array_elements(coalesce(line->'lots', '[]'::jsonb)) as part
  group by 1, 2, 3, 4, 5;
