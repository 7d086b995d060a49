-- Stock by till: what comes down to a till for a good is the sum of the other tills' rows, so a row says whose it is, and
-- carries the number of the shop's counter under which it last moved.

alter table stock rename to stock_of_shop;
create table stock (
  shop_id uuid not null,
  good_id uuid not null,
  device_id uuid not null,
  quantity bigint not null,
  counted boolean not null,
  updated_at bigint not null,
  rev bigint not null,
  primary key (shop_id, good_id, device_id),
  unique (shop_id, rev)
);
alter table stock enable row level security;
create policy of_this_shop on stock to xiaopu_service
  using (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid) with check (shop_id = nullif(current_setting('app.shop_id', true), '')::uuid);
grant select, insert, update, delete on stock to xiaopu_service;

-- The lines of a sale or of a row that moved stock. Its text was understood when it came in; what jsonb can't hold of it moves nothing.
create function pg_temp.lines_of(text text) returns jsonb language plpgsql as $$
begin
  return regexp_replace(text, '(?<!\\)((?:\\\\)*)\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\1?', 'g')::jsonb -> 'body' -> 'lines';
exception when others then
  return '[]';
end
$$;

-- From the facts: the lines of the sales that count, and of the rows that moved stock and were understood.
insert into stock (shop_id, good_id, device_id, quantity, counted, updated_at, rev)
select moved.shop_id, good_id, device_id, sum(delta), bool_or(counted), max(at), counter.rev + row_number() over (partition by moved.shop_id order by good_id, device_id)
from (
  select sale.shop_id, sale.device_id, sale.at, (line ->> 'good')::uuid as good_id, -(line ->> 'quantity')::bigint as delta, false as counted
  from sale join journal on journal.shop_id = sale.shop_id and journal.device_id = sale.device_id and journal.seq = sale.seq
    cross join lateral jsonb_array_elements(pg_temp.lines_of(text)) as line
  union all
  select shop_id, device_id, at, (line ->> 'good')::uuid, (line ->> 'delta')::bigint, true
  from journal cross join lateral jsonb_array_elements(pg_temp.lines_of(text)) as line
  where type = 'stock.moved' and id is not null and not exists (
    select from journal_flag as flag where flag.shop_id = journal.shop_id and flag.device_id = journal.device_id and flag.seq = journal.seq
      and flag.code in ('event.unknown', 'event.malformed'))
) as moved join counter on counter.shop_id = moved.shop_id
group by moved.shop_id, good_id, device_id, counter.rev;
update counter set rev = stock.rev from (select shop_id, max(rev) as rev from stock group by shop_id) as stock where stock.shop_id = counter.shop_id;

drop function pg_temp.lines_of(text);
drop table stock_of_shop;
