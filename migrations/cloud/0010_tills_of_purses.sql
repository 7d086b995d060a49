-- Which tills a shop's members' purses are shared among, as reading its facts from the beginning would make it, so that
-- reading them again gives every till what it was given. Of tills that were withdrawn or quarantined an edit says that nothing comes from them any more.
insert into edit (shop_id, arrival, kind, id, fields, hlc, editor, at)
select device.shop_id, counter.arrivals + row_number() over (partition by device.shop_id order by device_id), 'tills', device.shop_id, jsonb_build_object(device_id::text, 'closed'),
  lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '0000-cloud', 'cloud', (extract(epoch from now()) * 1000)::bigint
from device join counter on counter.shop_id = device.shop_id
where revoked_at is not null or quarantined_at is not null;
update counter set arrivals = latest.arrival from (select shop_id, max(arrival) as arrival from edit where kind = 'tills' group by shop_id) as latest where latest.shop_id = counter.shop_id;

with said as (
  select shop_id, device_id::text as device, 'open' as state, lpad(to_hex(min(arrival)), 12, '0') || '0000-cloud' as hlc
  from journal where type in ('device.paired', 'device.renewed') and id is not null group by shop_id, device_id
  union all
  select edit.shop_id, each.key, 'closed', edit.hlc from edit cross join lateral jsonb_each(fields) as each where edit.kind = 'tills'
),
latest as (
  select distinct on (shop_id, device) shop_id, device, state, hlc from said order by shop_id, device, hlc desc
)
insert into reference (shop_id, kind, id, doc, clocks, rev)
select latest.shop_id, 'tills', latest.shop_id, jsonb_object_agg(device, state), jsonb_object_agg(device, hlc), counter.rev + 1
from latest join counter on counter.shop_id = latest.shop_id
group by latest.shop_id, counter.rev;
update counter set rev = counter.rev + 1 from reference where reference.shop_id = counter.shop_id and reference.kind = 'tills';
