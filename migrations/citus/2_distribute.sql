-- Spreads the shops' tables over the workers, every table of a shop beside the others, and copies the service's tables to
-- all of them. docs/scaling.md says what must be set first.
select create_distributed_table('counter', 'shop_id', shard_count => 64);
select create_distributed_table('shop', 'shop_id', colocate_with => 'counter');
select create_distributed_table('device', 'shop_id', colocate_with => 'counter');
select create_distributed_table('journal', 'shop_id', colocate_with => 'counter');
select create_distributed_table('journal_flag', 'shop_id', colocate_with => 'counter');
select create_distributed_table('edit', 'shop_id', colocate_with => 'counter');
select create_distributed_table('reference', 'shop_id', colocate_with => 'counter');
select create_distributed_table('lost_edit', 'shop_id', colocate_with => 'counter');
select create_distributed_table('sale', 'shop_id', colocate_with => 'counter');
select create_distributed_table('stock', 'shop_id', colocate_with => 'counter');
select create_distributed_table('lot', 'shop_id', colocate_with => 'counter');
select create_distributed_table('sold_lot', 'shop_id', colocate_with => 'counter');
select create_distributed_table('sale_good', 'shop_id', colocate_with => 'counter');
select create_distributed_table('sale_good_upto', 'shop_id', colocate_with => 'counter');
select create_distributed_table('trace_scan', 'shop_id', colocate_with => 'counter');
select create_distributed_table('balance', 'shop_id', colocate_with => 'counter');
select create_distributed_table('credit_code', 'shop_id', colocate_with => 'counter');
select create_distributed_table('person', 'shop_id', colocate_with => 'counter');
select create_distributed_table('person_tag', 'shop_id', colocate_with => 'counter');
select create_reference_table('directory');
-- pairing, pairing_try, platform and schema_version stay on the coordinator: asked for before a shop is known, or of the service itself.
