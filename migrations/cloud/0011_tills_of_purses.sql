-- Which tills a shop's members' purses are shared among: as reading the journal from its beginning would make it, so that
-- reading it again gives every till what it was given.
with said as (
  select shop_id, device_id::text as device, min(arrival) as arrival, 'open' as state from journal where type in ('device.paired', 'device.renewed') and id is not null group by shop_id, device_id
  union all
  select shop_id, substring(text from '"from":"([0-9a-f-]{36})"'), min(arrival), 'closed' from journal where type = 'device.renewed' and id is not null group by 1, 2
),
latest as (
  select distinct on (shop_id, device) shop_id, device, arrival, state from said where device is not null order by shop_id, device, state
)
insert into reference (shop_id, kind, id, doc, clocks, rev)
select latest.shop_id, 'tills', latest.shop_id, jsonb_object_agg(device, state), jsonb_object_agg(device, lpad(to_hex(arrival), 12, '0') || '0000-cloud'), counter.rev + 1
from latest join counter on counter.shop_id = latest.shop_id
group by latest.shop_id, counter.rev;
update counter set rev = counter.rev + 1 from reference where reference.shop_id = counter.shop_id and reference.kind = 'tills';
