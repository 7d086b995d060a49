-- Lots whose date was corrected: few of many, asked for at every look at a good's lots.
CREATE INDEX document_lot_dated ON document (doc ->> 'good') WHERE kind = 'lot' AND doc ->> 'dated' IS NOT NULL;
-- Suppliers that are known by their producer's name or by their unified social credit code, the latest lot of each first.
CREATE INDEX document_lot_supplier ON document (doc ->> 'supplierCode', doc ->> 'at') WHERE kind = 'lot' AND doc ->> 'supplierCode' <> '';
CREATE INDEX document_lot_producer ON document (doc ->> 'producer', doc ->> 'at') WHERE kind = 'lot' AND doc ->> 'producer' <> '';
