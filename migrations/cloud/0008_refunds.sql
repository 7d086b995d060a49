-- Sales of which something came back before the till that sold them was heard: looked for at every push, and nearly always none.
create index reference_refund_awaited on reference (shop_id) where kind = 'refund' and (doc->>'paid') is null;
