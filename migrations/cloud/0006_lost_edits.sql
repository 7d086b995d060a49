-- What won against an edit that lost, and the number of the shop's counter under which its till is told. Edits that lost
-- before were never told, and what won then is not known any more: their rev is 0.
alter table lost_edit add column won jsonb, add column won_hlc text, add column rev bigint not null default 0;
create index lost_edit_rev on lost_edit (shop_id, rev);
