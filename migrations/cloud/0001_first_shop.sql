-- The cloud's first schema. Habits that keep it distributable by shop: shop_id comes first in every key of a tenant
-- table, nothing refers across shops, append-only is a matter of privileges (docs: the design's "The cloud").
-- Times named *_at of type bigint are UTC milliseconds; money is fen; quantities are thousandths.

do $$
begin
  if not exists (select from pg_roles where rolname = 'xiaopu_service') then
    create role xiaopu_service nologin nosuperuser nobypassrls;
  end if;
exception when duplicate_object or unique_violation then
  null; -- Another database of the same server made it at the same moment.
end
$$;

do $$
begin
  if not pg_has_role(current_user, 'xiaopu_service', 'SET') then
    execute format('grant xiaopu_service to %I', current_user);
  end if;
end
$$;

-- Not of a tenant: the public list of shops, and the codes that tell which shop a till wants to join.
create table directory (
  shop_id uuid primary key,
  slug text unique,
  name text not null,
  kind text not null,
  created_at timestamptz not null default now()
);
create table pairing (
  code_hash text primary key,
  shop_id uuid not null,
  expires_at bigint not null,
  tries int not null default 0
);
create table pairing_try (
  source text not null,
  at bigint not null
);
create index pairing_try_source on pairing_try (source, at);

create table shop (
  shop_id uuid primary key,
  owner_key_hash text not null,
  credit_suspended boolean not null default false,
  created_at timestamptz not null default now()
);
-- One row a shop, locked by whoever changes anything: rev counts reference changes, arrivals counts facts and edits.
create table counter (
  shop_id uuid primary key,
  rev bigint not null default 0,
  arrivals bigint not null default 0,
  tills int not null default 0
);
create table device (
  shop_id uuid not null,
  device_id uuid not null,
  till int not null,
  public_key text not null,
  -- Every shop id its ledger has gone by.
  ledger_shops uuid[] not null,
  token_hash text not null,
  ack bigint not null default 0,
  head text not null,
  paired_at bigint not null,
  seen_at bigint not null,
  revoked_at bigint,
  quarantined_at bigint,
  primary key (shop_id, device_id),
  unique (shop_id, token_hash)
);
create table journal (
  shop_id uuid not null,
  device_id uuid not null,
  seq bigint not null,
  arrival bigint not null,
  id uuid,
  type text,
  at bigint,
  text text not null,
  hash text not null,
  received_at bigint not null,
  primary key (shop_id, device_id, seq),
  unique (shop_id, arrival)
);
create index journal_id on journal (shop_id, id);
create table journal_flag (
  shop_id uuid not null,
  device_id uuid not null,
  seq bigint not null,
  code text not null,
  reason text not null,
  primary key (shop_id, device_id, seq, code)
);
-- What was edited in the cloud itself, in one order with the facts: with the journal it is all that projections come from.
create table edit (
  shop_id uuid not null,
  arrival bigint not null,
  kind text not null,
  id uuid not null,
  fields jsonb not null,
  hlc text not null,
  editor text not null,
  at bigint not null,
  primary key (shop_id, arrival)
);

create table reference (
  shop_id uuid not null,
  kind text not null,
  id uuid not null,
  doc jsonb not null,
  clocks jsonb not null,
  rev bigint not null,
  primary key (shop_id, kind, id),
  unique (shop_id, rev)
);
create table lost_edit (
  shop_id uuid not null,
  arrival bigint not null,
  kind text not null,
  id uuid not null,
  field text not null,
  value jsonb not null,
  hlc text not null,
  editor text not null,
  primary key (shop_id, arrival, field)
);
create table sale (
  shop_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  seq bigint not null,
  no text not null,
  at bigint not null,
  date text not null,
  total_fen bigint not null,
  lines int not null,
  doc jsonb not null,
  primary key (shop_id, id)
);
create index sale_at on sale (shop_id, at desc);
create table stock (
  shop_id uuid not null,
  good_id uuid not null,
  quantity bigint not null,
  counted boolean not null,
  updated_at bigint not null,
  primary key (shop_id, good_id)
);
create table balance (
  shop_id uuid not null,
  device_id uuid not null,
  account text not null,
  fen bigint not null,
  primary key (shop_id, device_id, account)
);
create table credit_code (
  shop_id uuid not null,
  jti text not null,
  issued_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  primary key (shop_id, jti)
);

do $$
declare
  tenant text;
begin
  foreach tenant in array array['shop', 'counter', 'device', 'journal', 'journal_flag', 'edit', 'reference', 'lost_edit', 'sale', 'stock', 'balance', 'credit_code'] loop
    execute format('alter table %I enable row level security', tenant);
    execute format(
      'create policy of_this_shop on %I to xiaopu_service using (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid) with check (shop_id = nullif(current_setting(''app.shop_id'', true), '''')::uuid)',
      tenant);
  end loop;
end
$$;

-- Facts and edits are for ever: the service may add and read them, nothing else.
grant select, insert on journal, edit to xiaopu_service;
grant select, insert, update on directory, shop, counter, device, credit_code to xiaopu_service;
-- Projections can be thrown away and made again from the facts.
grant select, insert, update, delete on journal_flag, reference, lost_edit, sale, stock, balance, pairing, pairing_try to xiaopu_service;
